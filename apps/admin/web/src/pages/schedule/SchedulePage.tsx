import { Badge, Button, Code, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import { IconCalendarOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { api } from '../../api/client.ts'
import { asSchedule, type Schedule } from '../../api/scheduleTypes.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { EngineBadge } from '../../components/scheduleActions/EngineBadge.tsx'
import { ScheduleActions } from '../../components/scheduleActions/ScheduleActions.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { DefinitionTab } from './DefinitionTab.tsx'
import { GraphTab } from './GraphTab.tsx'
import { GridTab } from './GridTab.tsx'
import { RunFigures } from './RunFigures.tsx'
import { RunsTab } from './RunsTab.tsx'
import { ScheduleHead } from './ScheduleHead.tsx'
import { VersionsTab } from './VersionsTab.tsx'

const TABS = ['graph', 'runs', 'grid', 'versions', 'definition'] as const
const PANEL = {
  graph: GraphTab,
  runs: RunsTab,
  grid: GridTab,
  versions: VersionsTab,
  definition: DefinitionTab,
}

/** One schedule: its tasks as a graph, its runs, its versions, and all that was said of it. */
export default function SchedulePage() {
  const id = Number(useParams().id)
  const { data, error, isPending, refetch } = api.useQuery(
    'get',
    '/schedules/{id}',
    { params: { path: { id } } },
    { enabled: Number.isSafeInteger(id) },
  )
  if (error?.status === 404 || !Number.isSafeInteger(id)) return <NoSuchSchedule />
  // What was read before stays, also while an answer fails: an error then is told by the notice of the connection.
  if (error && !data) return <ErrorNotice error={error} onRetry={refetch} />
  if (isPending || !data) return <Loading />
  return <Found key={id} schedule={asSchedule(data)} />
}

function Found({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const navigate = useNavigate()
  const filters = useFilters()
  const tab = TABS.find((one) => one === filters.get('tab')) ?? 'graph'
  return (
    <>
      <PageHeader
        title={schedule.title}
        aside={
          <>
            <Badge color={schedule.status === 'ACTIVE' ? 'teal' : 'gray'} variant="light" tt="none">
              {t(`state.${schedule.status}`)}
            </Badge>
            <EngineBadge schedule={schedule} />
          </>
        }
        description={
          <Stack gap={4}>
            <Group gap="xs">
              <Text span inherit>
                {schedule.schedule_in_words}
              </Text>
              {schedule.cron_expression && <Code>{schedule.cron_expression}</Code>}
            </Group>
            {schedule.description && (
              <Text span inherit maw={720} style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
                {schedule.description}
              </Text>
            )}
          </Stack>
        }
      >
        <ScheduleActions schedule={schedule} onDeleted={() => navigate('/schedules')} />
      </PageHeader>
      <ScheduleHead schedule={schedule} />
      <RunFigures schedule={schedule} />
      <Tabs
        value={tab}
        // The filters of one tab mean nothing to another.
        onChange={(next) =>
          filters.set({
            tab: next === 'graph' ? null : next,
            status: null,
            trigger: null,
            page: null,
            version: null,
            runs: null,
          })
        }
        keepMounted={false}
      >
        <Tabs.List
          aria-label={t('tab.label')}
          mb="md"
          style={{ flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' }}
        >
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one} px={{ base: 10, sm: 'md' }} style={{ whiteSpace: 'nowrap' }}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map((one) => {
          const Panel = PANEL[one]
          return (
            <Tabs.Panel key={one} value={one}>
              <Panel schedule={schedule} />
            </Tabs.Panel>
          )
        })}
      </Tabs>
    </>
  )
}

function NoSuchSchedule() {
  const { t } = useTranslation('schedules')
  const { id = '' } = useParams()
  return (
    <>
      <PageHeader title={t('notFound.title')} />
      <EmptyState title={t('notFound.title')} text={t('notFound.text', { id })} icon={IconCalendarOff}>
        <Button component={Link} to="/schedules" variant="light">
          {t('notFound.schedules')}
        </Button>
      </EmptyState>
    </>
  )
}

function Loading() {
  const { t } = useTranslation()
  return (
    <Stack aria-busy aria-label={t('loading')}>
      <Skeleton h={32} w={320} />
      <Skeleton h={18} w={240} />
      <Skeleton h={84} />
      <Skeleton h={420} />
    </Stack>
  )
}
