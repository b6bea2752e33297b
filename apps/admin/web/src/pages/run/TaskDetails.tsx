import { Anchor, Code, Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RunTask } from '../../api/scheduleTypes.ts'
import { Fact } from '../../components/Fact.tsx'
import { Instant } from '../../time/Instant.tsx'
import { AttemptTable } from '../job/AttemptTable.tsx'
import { JsonBlock } from '../job/JsonBlock.tsx'
import classes from './Run.module.css'
import { useExecution } from './TaskLog.tsx'
import { TimeTaken } from './TimeTaken.tsx'

interface Props {
  task: RunTask
  /** The one of its executions that is looked at. */
  execution: number | null
}

/** When, where and how often it ran, with what, and what came of it. */
export function TaskDetails({ task, execution }: Props) {
  const { t } = useTranslation(['run', 'dag', 'common'])
  const { job } = useExecution(execution)
  const { handler_name, depends_on, approval, child_run, worker_id } = task
  const facts: Array<[name: string, value: ReactNode]> = [
    [
      t('facts.handler'),
      handler_name && (
        <Anchor
          component={Link}
          to={`/handlers?q=${encodeURIComponent(handler_name)}`}
          inherit
          ff="monospace"
        >
          {handler_name}
        </Anchor>
      ),
    ],
    [
      t('facts.subrun'),
      child_run && (
        <Anchor component={Link} to={`/schedules/${child_run.schedule_id}/runs/${child_run.run_id}`} inherit>
          {t('subrun', { id: child_run.run_id })}
        </Anchor>
      ),
    ],
    [t('facts.role'), approval && t(`common:role.${approval.role}`)],
    [t('facts.deadline'), approval?.deadline_at && <Instant at={approval.deadline_at} />],
    [t('started'), task.started_at && <Instant at={task.started_at} />],
    [t('finished'), task.finished_at && <Instant at={task.finished_at} />],
    [t('duration'), <TimeTaken key="took" of={task} />],
    [t('table.attempts'), task.attempts || null],
    [
      t('table.worker'),
      worker_id && (
        <Anchor component={Link} to="/workers" inherit>
          {worker_id}
        </Anchor>
      ),
    ],
    [t('facts.dependsOn'), depends_on.length > 0 ? depends_on.join(', ') : t('facts.nothing')],
    [t('facts.rule'), depends_on.length > 0 && t(`dag:rule.${task.trigger_rule}`)],
    [t('facts.queue'), handler_name && <Code>{task.queue}</Code>],
    [t('facts.priority'), task.priority || null],
  ]
  const isLatest = execution === task.execution_id
  const result = isLatest && task.result !== null ? task.result : job?.result
  return (
    <Stack gap="md">
      <dl className={classes.facts}>
        {facts.flatMap(([name, value]) =>
          value ? (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ) : (
            []
          ),
        )}
      </dl>
      {job && job.runs.length > 0 && (
        <Paper withBorder p="md" component="section" aria-labelledby="attempts">
          <Title order={3} size="h5" id="attempts" mb="xs">
            {t('table.attempts')}
          </Title>
          <AttemptTable runs={job.runs} />
        </Paper>
      )}
      {job && <JsonBlock title={t('params')} value={job.params} empty={t('noParams')} />}
      {(job || result != null) && (
        <JsonBlock
          title={t('result')}
          value={result}
          empty={t(task.status === 'PENDING' || task.status === 'RUNNING' ? 'noResultYet' : 'noResult')}
        />
      )}
    </Stack>
  )
}
