import { Anchor, Paper, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { jobsPath } from '../../components/jobsPath.ts'
import { formatDuration } from '../../time/format.ts'
import { Instant } from '../../time/Instant.tsx'
import classes from './JobPage.module.css'
import type { JobDetail } from './JobPage.tsx'

/** When, how often, where: its own settings and what became of them. */
export function JobFacts({ job }: { job: JobDetail }) {
  const { t } = useTranslation(['job', 'jobs'])
  const facts: Array<[string, ReactNode] | false> = [
    [t('facts.scheduled'), <Instant key="at" at={job.scheduled_time} />],
    job.run_at !== job.scheduled_time && [t('facts.due'), <Instant key="due" at={job.run_at} />],
    [t('facts.started'), <Instant key="started" at={job.started_at} />],
    [t('facts.finished'), <Instant key="finished" at={job.finished_at} />],
    [t('facts.duration'), job.duration_ms === null ? '–' : formatDuration(job.duration_ms)],
    [
      t('facts.attempt'),
      job.attempt > job.max_retry + 1
        ? job.attempt
        : t('facts.attemptOf', { attempt: job.attempt, most: job.max_retry + 1 }),
    ],
    job.max_retry > 0 && [
      t('facts.retryDelay'),
      t(`facts.backoff.${job.retry_backoff}`, { delay: formatDuration(job.retry_delay_seconds * 1_000) }),
    ],
    [
      t('facts.timeout'),
      job.timeout_seconds === null ? t('facts.noTimeout') : formatDuration(job.timeout_seconds * 1_000),
    ],
    [
      t('facts.queue'),
      <Anchor key="queue" component={Link} to={jobsPath({ queue: job.queue })} inherit>
        {job.queue}
      </Anchor>,
    ],
    [t('facts.priority'), job.priority],
    [
      t('facts.worker'),
      job.worker_id === null ? (
        '–'
      ) : (
        <Anchor key="worker" component={Link} to="/workers" inherit>
          {job.worker_id}
        </Anchor>
      ),
    ],
    [t('facts.source'), t(`jobs:source.${job.param_source}`)],
    [t('facts.created'), <Instant key="created" at={job.created_at} />],
  ]
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="facts">
      <Title order={2} size="h4" id="facts" mb="sm">
        {t('facts.title')}
      </Title>
      <dl className={classes.facts}>
        {facts.map(
          (fact) =>
            fact && (
              <Fact key={fact[0]} name={fact[0]}>
                {fact[1]}
              </Fact>
            ),
        )}
      </dl>
    </Paper>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd className="tabular">{children}</dd>
  </>
)
