import { Badge, Button, Code, Group, Skeleton, Stack, Tabs, Text, Tooltip } from '@mantine/core'
import { IconClockOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { CronActions } from '../../components/cronActions/CronActions.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { jobsPath } from '../../components/jobsPath.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { AuditTab } from './AuditTab.tsx'
import { CronFacts } from './CronFacts.tsx'
import { CronHead } from './CronHead.tsx'
import { PlanTab } from './PlanTab.tsx'
import { RunsTab } from './RunsTab.tsx'
import { SlotsTab } from './SlotsTab.tsx'
import { TrendsTab } from './TrendsTab.tsx'

const TABS = ['slots', 'runs', 'trends', 'plan', 'audit'] as const
const PANEL = { slots: SlotsTab, runs: RunsTab, trends: TrendsTab, plan: PlanTab, audit: AuditTab }

/** One cron: what became of its slots, how it runs, what comes next, and why. */
export default function CronPage() {
  const id = Number(useParams().id)
  const { data, error, isPending, refetch } = api.useQuery(
    'get',
    '/crons/{id}',
    { params: { path: { id } } },
    { enabled: Number.isSafeInteger(id) },
  )
  if (error?.status === 404 || !Number.isSafeInteger(id)) return <NoSuchCron />
  // What was read before stays, also while an answer fails: an error then is told by the notice of the connection.
  if (error && !data) return <ErrorNotice error={error} onRetry={refetch} />
  if (isPending || !data) return <Loading />
  return <Found key={id} cron={data} />
}

function Found({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  const navigate = useNavigate()
  const filters = useFilters()
  const tab = TABS.find((one) => one === filters.get('tab')) ?? 'slots'
  return (
    <>
      <PageHeader
        title={cron.name}
        aside={<State cron={cron} />}
        description={
          <Stack gap={4}>
            <Group gap="xs">
              <Text span inherit>
                {cron.schedule_in_words}
              </Text>
              <Code>{cron.cron_expression}</Code>
            </Group>
            {cron.description && (
              <Text span inherit maw={720} style={{ overflowWrap: 'anywhere' }}>
                {cron.description}
              </Text>
            )}
          </Stack>
        }
      >
        <CronActions cron={cron} onDeleted={() => navigate('/crons')} />
      </PageHeader>
      <CronHead cron={cron} />
      <CronFacts cron={cron} />
      <Tabs
        value={tab}
        onChange={(next) => filters.set({ tab: next === 'slots' ? null : next })}
        keepMounted={false}
        variant="default"
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
              <Panel cron={cron} />
            </Tabs.Panel>
          )
        })}
      </Tabs>
    </>
  )
}

function State({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  if (cron.completed_at)
    return (
      <Tooltip label={t('state.completedWhy')} multiline maw={320}>
        <Badge color="gray" variant="light" tt="none">
          {t('state.completed')}
        </Badge>
      </Tooltip>
    )
  return (
    <Badge color={cron.is_enabled ? 'teal' : 'gray'} variant="light" tt="none">
      {t(cron.is_enabled ? 'state.enabled' : 'state.disabled')}
    </Badge>
  )
}

function NoSuchCron() {
  const { t } = useTranslation('cron')
  const { id = '' } = useParams()
  return (
    <>
      <PageHeader title={t('notFound.title')} />
      <EmptyState title={t('notFound.title')} text={t('notFound.text', { id })} icon={IconClockOff}>
        <Group>
          <Button component={Link} to="/crons" variant="light">
            {t('notFound.crons')}
          </Button>
          {/^\d+$/.test(id) && (
            <Button component={Link} to={jobsPath({ cron: Number(id) })} variant="default">
              {t('notFound.jobs')}
            </Button>
          )}
        </Group>
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
      <Skeleton h={200} />
      <Skeleton h={320} />
    </Stack>
  )
}
