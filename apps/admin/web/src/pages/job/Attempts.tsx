import { Paper, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useNow } from '../../time/useNow.ts'
import { AttemptTable } from './AttemptTable.tsx'
import { AttemptTimeline } from './AttemptTimeline.tsx'
import { attemptLanes } from './attemptSpans.ts'
import type { JobDetail } from './JobPage.tsx'

/** Every try at it, drawn to scale and in a table. */
export function Attempts({ job }: { job: JobDetail }) {
  const { t } = useTranslation(['job', 'common'])
  if (job.status === 'SKIPPED') return null
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="attempts">
      <Title order={2} size="h4" id="attempts" mb="sm">
        {t('attempts.title')}
      </Title>
      {['PENDING', 'RUNNING'].includes(job.status) ? <Moving job={job} /> : <Lanes job={job} now={0} />}
      {job.runs.length > 0 ? (
        <AttemptTable runs={job.runs} />
      ) : (
        <Text size="sm" c="dimmed" mt="sm">
          {t('attempts.none')}
        </Text>
      )}
    </Paper>
  )
}

/** Grows with the clock. */
const Moving = ({ job }: { job: JobDetail }) => <Lanes job={job} now={useNow()} />

function Lanes({ job, now }: { job: JobDetail; now: number }) {
  const lanes = attemptLanes(job, now)
  return lanes.length > 0 ? <AttemptTimeline lanes={lanes} now={now} /> : null
}
