import { Box, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import type { Schedule, ScheduleRun } from '../../api/scheduleTypes.ts'
import { formatShare } from '../../components/dayResults.ts'
import { Figure, FigureTile } from '../../components/FigureTile.tsx'
import { Sparkline } from '../../components/Sparkline.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { formatDuration } from '../../time/format.ts'
import { RelativeTime } from '../../time/Instant.tsx'

const RUNS = 30
/** Below it the share is told in red. */
const GOOD_SHARE = 0.95

/** How the last thirty runs went. */
export function RunFigures({ schedule: { id, timezone, last_run } }: { schedule: Schedule }) {
  const { t, i18n } = useTranslation('schedules')
  const { data, isPending } = api.useQuery('get', '/schedules/{id}/runs', {
    params: { path: { id }, query: { size: RUNS } },
  })
  const runs = (data?.items ?? []) as ScheduleRun[]
  const ended = runs.filter(({ status }) => status === 'SUCCESS' || status === 'FAILED')
  const succeeded = ended.filter(({ status }) => status === 'SUCCESS').length
  const took = ended.flatMap(({ duration_ms }) => duration_ms ?? []).sort((one, other) => one - other)
  const none = (
    <Text size="sm" c="dimmed">
      {t('neverRan')}
    </Text>
  )
  return (
    <SimpleGrid
      cols={{ base: 2, lg: 4 }}
      spacing="sm"
      mb="lg"
      component="section"
      aria-label={t('figures.label')}
    >
      <FigureTile
        name={t('lastRun')}
        more={
          last_run && <RelativeTime at={last_run.started_at ?? last_run.scheduled_time} cronZone={timezone} />
        }
      >
        {last_run ? (
          <Box my={3}>
            <StatusBadge status={last_run.status} size="md" />
          </Box>
        ) : (
          none
        )}
      </FigureTile>
      <FigureTile
        name={t('figures.success')}
        isPending={isPending}
        more={ended.length > 0 && t('figures.ofRuns', { count: ended.length })}
      >
        {ended.length === 0 ? (
          none
        ) : (
          <Figure isBad={succeeded / ended.length < GOOD_SHARE}>
            {formatShare(succeeded / ended.length, i18n.language)}
          </Figure>
        )}
      </FigureTile>
      <FigureTile
        name={t('figures.duration')}
        isPending={isPending}
        more={took.length > 0 && t('figures.longest', { duration: formatDuration(took.at(-1)!) })}
      >
        {took.length === 0 ? none : <Figure>{formatDuration(took[Math.floor(took.length / 2)]!)}</Figure>}
      </FigureTile>
      <FigureTile name={t('figures.lastRuns')} isPending={isPending}>
        <Box mt={6}>
          <Sparkline
            runs={[...runs].reverse().map((run) => ({ ...run, job_id: run.id }))}
            cronZone={timezone}
            pathOf={(run) => `/schedules/${id}/runs/${run}`}
          />
        </Box>
      </FigureTile>
    </SimpleGrid>
  )
}
