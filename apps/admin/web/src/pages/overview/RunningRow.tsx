import { ActionIcon, Anchor, Group, Progress, Text, Tooltip } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { Allowed } from '../../api/session.tsx'
import { formatDuration } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { cancelJob } from './cancelJob.ts'
import { formatSeconds } from './formatSeconds.ts'
import { workerPath } from './links.ts'
import classes from './RunningRow.module.css'
import { useNumbers } from './useNumbers.ts'

export type RunningJob = Pick<
  Required<Schemas['JobItem']>,
  | 'id'
  | 'job_id'
  | 'cron_name'
  | 'handler_name'
  | 'attempt'
  | 'started_at'
  | 'expected_finish_at'
  | 'progress_percentage'
  | 'current_step'
  | 'cancel_requested_at'
  | 'worker_id'
>

/** What is told of the end until it comes: an estimate never says that it is there. */
const MAX_ESTIMATE = 0.95

export function RunningRow({ job }: { job: RunningJob }) {
  const { t } = useTranslation('overview')
  const name = job.cron_name ?? job.handler_name
  const isCancelling = job.cancel_requested_at !== null
  return (
    <li className={classes.row}>
      <div className={classes.name}>
        <Anchor component={Link} to={`/jobs/${job.id}`} size="sm" fw={600} truncate title={name}>
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" truncate title={job.current_step ?? undefined}>
          {isCancelling ? t('running.cancelling') : (job.current_step ?? job.handler_name)}
          {job.attempt > 1 && ` · ${t('running.attempt', { count: job.attempt })}`}
        </Text>
      </div>
      <RunningProgress job={job} name={name} />
      <div className={classes.worker}>
        {job.worker_id && (
          <Anchor
            component={Link}
            to={workerPath(job.worker_id)}
            size="xs"
            c="dimmed"
            truncate="end"
            title={job.worker_id}
          >
            {job.worker_id}
          </Anchor>
        )}
      </div>
      <Allowed role="operator">
        <Tooltip label={isCancelling ? t('running.cancelling') : t('running.cancel', { name })}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('running.cancel', { name })}
            disabled={isCancelling}
            onClick={() => cancelJob(job.id, name)}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Allowed>
    </li>
  )
}

/** What it reports itself; without that, what earlier runs let expect. */
function RunningProgress({ job, name }: { job: RunningJob; name: string }) {
  const { t } = useTranslation('overview')
  const { percent } = useNumbers()
  const now = useNow()
  const startedAt = job.started_at ? Date.parse(job.started_at) : now
  const endsAt = job.expected_finish_at ? Date.parse(job.expected_finish_at) : null
  const elapsed = Math.max(0, now - startedAt)
  const reported = job.progress_percentage ? job.progress_percentage / 100 : null
  const estimated = endsAt && endsAt > startedAt ? Math.min(elapsed / (endsAt - startedAt), MAX_ESTIMATE) : 0
  const share = reported ?? estimated
  const isEstimate = reported === null && estimated > 0
  const word = share === 0 ? '–' : `${isEstimate ? '~' : ''}${percent(Math.round(share * 100) / 100)}`
  return (
    <div className={classes.progress}>
      <Group gap="xs" wrap="nowrap">
        <Progress.Root size="md" flex={1} miw={60}>
          <Progress.Section
            value={share * 100}
            color="blue"
            striped={isEstimate}
            aria-label={t('running.progress', { name })}
            aria-valuetext={isEstimate ? t('running.estimated', { percent: word }) : word}
          />
        </Progress.Root>
        <Text
          size="xs"
          className="tabular"
          w={44}
          ta="right"
          {...(isEstimate ? { title: t('running.estimated', { percent: word }) } : {})}
        >
          {word}
        </Text>
      </Group>
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" className="tabular">
          {formatSeconds(elapsed)}
        </Text>
        <ExpectedEnd startedAt={startedAt} endsAt={endsAt} now={now} />
      </Group>
    </div>
  )
}

function ExpectedEnd({ startedAt, endsAt, now }: { startedAt: number; endsAt: number | null; now: number }) {
  const { t } = useTranslation('overview')
  if (endsAt === null)
    return (
      <Text size="xs" c="dimmed" title={t('running.unknownEndWhy')}>
        {t('running.unknownEnd')}
      </Text>
    )
  const left = endsAt - now
  const usual = t('running.overWhy', { duration: formatDuration(endsAt - startedAt) })
  return left >= 0 ? (
    <Text size="xs" c="dimmed" className="tabular" title={usual}>
      {t('running.endsIn', { duration: formatSeconds(left) })}
    </Text>
  ) : (
    <Text size="xs" fw={600} className={`tabular ${classes.over}`} title={usual}>
      {t('running.over', { duration: formatSeconds(-left) })}
    </Text>
  )
}
