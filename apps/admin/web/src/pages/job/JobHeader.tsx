import { Anchor, Group, Paper, Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { jobsPath } from '../../components/jobsPath.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { formatDuration, formatRelative } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { JobActions } from './JobActions.tsx'
import type { JobDetail } from './JobPage.tsx'
import { TaskOfJob } from './TaskOfJob.tsx'

/** What it is, how it stands, and what can be done to it. */
export function JobHeader({ job }: { job: JobDetail }) {
  const { t } = useTranslation(['job', 'common'])
  const { id, job_id, cron_name, handler_name, status, started_at } = job
  return (
    <div>
      <PageHeader
        title={t('title', { name: `#${id}` })}
        aside={<StatusBadge status={status} size="lg" />}
        description={
          <Group gap="xs">
            {job_id !== null && (
              <>
                <span>{t('header.cron')}</span>
                <Anchor component={Link} to={`/crons/${job_id}`} inherit>
                  {cron_name ?? `#${job_id}`}
                </Anchor>
              </>
            )}
            {job.schedule_id !== null && job.run_id !== null && (
              <TaskOfJob scheduleId={job.schedule_id} runId={job.run_id} taskKey={job.task_key} />
            )}
            <span>{t('header.handler')}</span>
            <Anchor component={Link} to={jobsPath({ handler: handler_name })} inherit>
              {handler_name}
            </Anchor>
          </Group>
        }
      >
        <JobActions job={job} />
      </PageHeader>
      {status === 'RUNNING' && started_at && <RunningBar job={job} startedAt={started_at} />}
    </div>
  )
}

/** How far it is, for how long it runs, and when it should end. */
function RunningBar({ job, startedAt }: { job: JobDetail; startedAt: string }) {
  const { t, i18n } = useTranslation(['job', 'common'])
  const now = useNow()
  const { progress_percentage: progress, current_step, expected_finish_at: endsAt, cancel_requested_at } = job
  const elapsed = formatDuration(Math.max(0, now - Date.parse(startedAt)))
  return (
    <Paper withBorder p="md" mb="md">
      <Group justify="space-between" gap="xs" mb={8}>
        <Text size="sm" fw={600}>
          {cancel_requested_at ? t('header.stopping') : (current_step ?? t('common:status.RUNNING'))}
        </Text>
        <Text size="sm" c="dimmed" className="tabular">
          {t('header.elapsed')} {elapsed}
          {endsAt &&
            ` · ${t(Date.parse(endsAt) < now ? 'header.overdue' : 'header.ends', {
              when: formatRelative(endsAt, i18n.language, now),
            })}`}
        </Text>
      </Group>
      <Group gap="sm" wrap="nowrap">
        <Progress
          value={progress ?? 100}
          aria-label={t('header.progress')}
          size="lg"
          flex={1}
          color={cancel_requested_at ? 'orange' : 'blue'}
          animated
        />
        {progress !== null && (
          <Text size="sm" fw={600} className="tabular">
            {progress}%
          </Text>
        )}
      </Group>
    </Paper>
  )
}
