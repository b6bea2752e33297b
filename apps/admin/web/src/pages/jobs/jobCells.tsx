import { Anchor, Group, Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ReasonText } from '../../components/ReasonText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { formatDuration } from '../../time/format.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import type { JobRow } from './useJobColumns.tsx'

/** A text of one line, in full on hover. */
export const Cut = ({ text }: { text: string }) => (
  <Text size="sm" truncate title={text}>
    {text}
  </Text>
)

/** What it ran: its cron, or its handler alone. */
export function Name({ row: { id, cron_name, handler_name } }: { row: JobRow }) {
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
export function State({ row }: { row: JobRow }) {
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

/** How long it took, or for how long it runs and when it should end. */
export function Duration({ row }: { row: JobRow }) {
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

/** The step that it is at, or what went wrong. */
export function Detail({ row: { status, error_message, current_step } }: { row: JobRow }) {
  if (status === 'RUNNING') return current_step && <Cut text={current_step} />
  if (!error_message) return null
  return (
    <Text size="xs" ff="monospace" truncate title={error_message}>
      {firstLine(error_message)}
    </Text>
  )
}

const firstLine = (text: string) => text.split('\n', 1)[0]!
