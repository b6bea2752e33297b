import { Box, Button, Skeleton, Stack, Tabs } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { api } from '../../api/client.ts'
import type { RunDetail } from '../../api/scheduleTypes.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { Decisions } from './Decisions.tsx'
import { RunData } from './RunData.tsx'
import { RunGantt } from './RunGantt.tsx'
import { RunGraph } from './RunGraph.tsx'
import { RunHeader } from './RunHeader.tsx'
import { TaskTable } from './TaskTable.tsx'
import { WithTask } from './WithTask.tsx'

const TABS = ['graph', 'tasks', 'gantt', 'data'] as const
/** An answer with more tasks takes a server and a browser a while: it is asked for less often. */
const BIG_RUN = 500
const BIG_RUN_EVERY_MS = 5_000

/** One run: its tasks as a graph, a table and a chart over time, the chosen one beside them. */
export default function RunPage() {
  const { id, runId } = useParams()
  const [schedule, run] = [Number(id), Number(runId)]
  return Number.isSafeInteger(schedule) && Number.isSafeInteger(run) ? (
    <KnownRun key={run} scheduleId={schedule} runId={run} />
  ) : (
    <NoSuchRun />
  )
}

function KnownRun({ scheduleId, runId }: { scheduleId: number; runId: number }) {
  const [isBig, setBig] = useState(false)
  const { data, error, isPending, refetch } = api.useQuery(
    'get',
    '/schedules/{id}/runs/{run_id}',
    { params: { path: { id: scheduleId, run_id: runId }, query: { logs: 0 } } },
    { meta: isBig ? { everyMs: BIG_RUN_EVERY_MS } : {} },
  )
  if (data && data.tasks.length > BIG_RUN && !isBig) setBig(true)
  if (error?.status === 404) return <NoSuchRun />
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (isPending || !data) return <Loading />
  return <Found run={data} />
}

function Found({ run }: { run: RunDetail }) {
  const { t } = useTranslation('run')
  const filters = useFilters()
  const tab = TABS.find((one) => one === filters.get('tab')) ?? 'graph'
  const selected = filters.get('task') ?? null
  const select = (key: string | null) => filters.set({ task: key })
  const chosen = run.tasks.find(({ key }) => key === selected)
  const views = { run, selected: chosen?.key ?? null, onSelect: select }
  return (
    <>
      <RunHeader run={run} />
      <Decisions run={run} />
      <Tabs
        value={tab}
        onChange={(next) => filters.set({ tab: next === 'graph' ? null : next, status: null, q: null })}
        keepMounted={false}
      >
        <Tabs.List aria-label={t('tab.label')} mb="md" style={{ flexWrap: 'nowrap', overflowX: 'auto' }}>
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one} px={{ base: 10, sm: 'md' }} style={{ whiteSpace: 'nowrap' }}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <WithTask run={run} task={chosen} onClose={() => select(null)}>
          <Box miw={0}>
            <Tabs.Panel value="graph">
              <RunGraph {...views} />
            </Tabs.Panel>
            <Tabs.Panel value="tasks">
              <TaskTable {...views} />
            </Tabs.Panel>
            <Tabs.Panel value="gantt">
              <RunGantt {...views} />
            </Tabs.Panel>
            <Tabs.Panel value="data">
              <RunData run={run} />
            </Tabs.Panel>
          </Box>
        </WithTask>
      </Tabs>
    </>
  )
}

/** What each way to look at the tasks of a run takes. */
export interface TaskViews {
  run: RunDetail
  selected: string | null
  onSelect: (key: string | null) => void
}

function NoSuchRun() {
  const { t } = useTranslation('run')
  const { id = '', runId = '' } = useParams()
  return (
    <EmptyState title={t('notFound.title')} text={t('notFound.text', { id: runId })} icon={IconMapOff}>
      <Button component={Link} to={`/schedules/${id}?tab=runs`} variant="light">
        {t('notFound.runs')}
      </Button>
    </EmptyState>
  )
}

function Loading() {
  const { t } = useTranslation()
  return (
    <Stack aria-busy role="status" aria-label={t('loading')}>
      <Skeleton h={36} w={360} />
      <Skeleton h={48} />
      <Skeleton h={460} />
    </Stack>
  )
}
