import { Anchor, Group, Progress, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { ReasonText } from '../../components/ReasonText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import type { Column } from '../../components/table/column.ts'
import { formatDuration } from '../../time/format.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { RowActions } from './RowActions.tsx'

/** A row of the list: params and results stay with the server. */
export type JobRow = Omit<Schemas['JobDetail'], 'params' | 'result' | 'runs' | 'logs'>

export const FIELDS =
  'id,job_id,cron_name,handler_name,param_source,scheduled_time,run_at,status,waiting_for,priority,queue,attempt,started_at,finished_at,duration_ms,retry_count,max_retry,progress_percentage,current_step,cancel_requested_at,reason,error_message,worker_id,created_at,expected_finish_at'

const firstLine = (text: string) => text.split('\n', 1)[0]!

export function useJobColumns(): Column<JobRow>[] {
  const { t } = useTranslation(['jobs', 'common'])
  const isPhone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  return useMemo(
    () => [
      {
        id: 'job',
        header: t('column.job'),
        isFixed: true,
        ...(isPhone ? {} : { width: 240 }),
        orderBy: 'id',
        cell: (row) => <Name row={row} />,
      },
      {
        id: 'status',
        header: t('column.status'),
        width: isPhone ? 112 : 160,
        cell: (row) => <State row={row} />,
      },
      {
        id: 'scheduled_time',
        header: t('column.scheduled'),
        width: 196,
        orderBy: 'scheduled_time',
        hideBelow: 'sm',
        cell: ({ scheduled_time }) => (
          <>
            <Instant at={scheduled_time} />
            <Text size="xs" c="dimmed" component="div">
              <RelativeTime at={scheduled_time} />
            </Text>
          </>
        ),
      },
      {
        id: 'duration',
        header: t('column.duration'),
        width: 112,
        isNumber: true,
        hideBelow: 'sm',
        cell: (row) => <Duration row={row} />,
      },
      { id: 'detail', header: t('column.detail'), hideBelow: 'sm', cell: (row) => <Detail row={row} /> },
      {
        id: 'attempt',
        header: t('column.attempt'),
        width: 84,
        isNumber: true,
        hideBelow: 'md',
        // Of one that a person retried, or a drain gave back, there are more.
        cell: ({ attempt, max_retry }) =>
          attempt > max_retry + 1 ? attempt : `${attempt} / ${max_retry + 1}`,
      },
      {
        id: 'queue',
        header: t('column.queue'),
        width: 110,
        hideBelow: 'xl',
        cell: ({ queue }) => <Cut text={queue} />,
      },
      {
        id: 'priority',
        header: t('column.priority'),
        width: 84,
        isNumber: true,
        isHidden: true,
        cell: ({ priority }) => priority,
      },
      {
        id: 'worker',
        header: t('column.worker'),
        width: 170,
        isHidden: true,
        cell: ({ worker_id }) => <Cut text={worker_id ?? '–'} />,
      },
      {
        id: 'source',
        header: t('column.source'),
        width: 110,
        isHidden: true,
        cell: ({ param_source }) => t(`source.${param_source}`),
      },
      {
        id: 'started_at',
        header: t('column.started'),
        width: 196,
        isHidden: true,
        cell: ({ started_at }) => <Instant at={started_at} />,
      },
      {
        id: 'finished_at',
        header: t('column.finished'),
        width: 196,
        isHidden: true,
        cell: ({ finished_at }) => <Instant at={finished_at} />,
      },
      {
        id: 'created_at',
        header: t('column.created'),
        width: 196,
        isHidden: true,
        orderBy: 'created_at',
        cell: ({ created_at }) => <Instant at={created_at} />,
      },
      { id: 'actions', header: '', isFixed: true, width: 52, cell: (row) => <RowActions row={row} /> },
    ],
    [t, isPhone],
  )
}

const Cut = ({ text }: { text: string }) => (
  <Text size="sm" truncate title={text}>
    {text}
  </Text>
)

function Name({ row: { id, cron_name, handler_name } }: { row: JobRow }) {
  const name = cron_name ?? handler_name
  return (
    <>
      <Anchor component={Link} to={`/jobs/${id}`} fw={550} size="sm" truncate display="block" title={name}>
        {name}
      </Anchor>
      <Text size="xs" c="dimmed" truncate className="tabular" title={handler_name}>
        #{id}
        {cron_name !== null && ` · ${handler_name}`}
      </Text>
    </>
  )
}

/** The status, and below it how far it is, what it waits for, or why it ended so. */
function State({ row }: { row: JobRow }) {
  const { t } = useTranslation(['jobs', 'common'])
  const { status, attempt, progress_percentage: progress, waiting_for, reason, cancel_requested_at } = row
  return (
    <>
      <StatusBadge status={status} />
      {status === 'RUNNING' ? (
        <Group gap={6} wrap="nowrap" mt={2}>
          <Progress
            value={progress ?? 0}
            aria-label={t('progress')}
            size="sm"
            flex={1}
            striped={progress === null}
            animated={progress === null}
          />
          <Text size="xs" c="dimmed" className="tabular">
            {cancel_requested_at ? t('stopping') : progress === null ? '' : `${progress}%`}
          </Text>
        </Group>
      ) : (
        <Text size="xs" c="dimmed" truncate component="div">
          {waiting_for
            ? t(`waiting.${waiting_for === 'time' && attempt > 0 ? 'retry' : waiting_for}`)
            : reason && <ReasonText code={reason} />}
        </Text>
      )}
    </>
  )
}

function Duration({ row }: { row: JobRow }) {
  const { status, started_at, duration_ms } = row
  if (status === 'RUNNING' && started_at) return <Running row={row} startedAt={started_at} />
  return duration_ms === null ? '–' : formatDuration(duration_ms)
}

function Running({ row: { expected_finish_at }, startedAt }: { row: JobRow; startedAt: string }) {
  const { t } = useTranslation(['jobs', 'common'])
  const now = useNow()
  return (
    <>
      {formatDuration(Math.max(0, now - new Date(startedAt).getTime()))}
      {expected_finish_at && (
        <Text size="xs" c="dimmed" component="div" truncate>
          {new Date(expected_finish_at).getTime() < now ? (
            t('overdue')
          ) : (
            <>
              {t('ends')} <RelativeTime at={expected_finish_at} />
            </>
          )}
        </Text>
      )}
    </>
  )
}

function Detail({ row: { status, error_message, current_step } }: { row: JobRow }) {
  if (status === 'RUNNING') return current_step && <Cut text={current_step} />
  if (!error_message) return null
  return (
    <Text size="xs" ff="monospace" truncate title={error_message}>
      {firstLine(error_message)}
    </Text>
  )
}
