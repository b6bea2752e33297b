import { Grid, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { FailureGroups } from './FailureGroups.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { LoadCharts } from './LoadCharts.tsx'
import { NextDay } from './NextDay.tsx'
import { NextRuns } from './NextRuns.tsx'
import { Queues } from './Queues.tsx'
import { RunningNow } from './RunningNow.tsx'
import { SchedulerControls, SchedulerState } from './SchedulerControls.tsx'
import { Services } from './Services.tsx'
import { Tiles } from './Tiles.tsx'

/** How things are now, what went wrong, and what comes. */
export default function OverviewPage() {
  const { t } = useTranslation('overview')
  const { data: status } = api.useQuery('get', '/scheduler/status')
  return (
    <>
      <PageHeader title={t('title')} aside={status && <SchedulerState status={status} />}>
        {status && <SchedulerControls status={status} />}
      </PageHeader>
      {status && isUnused(status) ? <FirstSteps status={status} /> : <Parts />}
    </>
  )
}

/** Nothing has ever run, runs, or waits to. */
const isUnused = ({ cumulative_stats, current_job_ids, queue_length }: Schemas['SchedulerStatus']) =>
  cumulative_stats.total_executed === 0 && current_job_ids.length === 0 && queue_length === 0

const Parts = () => (
  <>
    <Tiles />
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <Stack gap="md" h="100%">
          <RunningNow />
          <NextRuns />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <FailureGroups />
      </Grid.Col>
      <Grid.Col span={12}>
        <NextDay />
      </Grid.Col>
      <Grid.Col span={12}>
        <LoadCharts />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <Services />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <Queues />
      </Grid.Col>
    </Grid>
  </>
)
