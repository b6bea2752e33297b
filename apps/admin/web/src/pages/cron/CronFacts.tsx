import { Box, SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { formatShare } from '../../components/dayResults.ts'
import { Figure, FigureTile } from '../../components/FigureTile.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { addDays, dayOf } from '../../time/days.ts'
import { formatDuration } from '../../time/format.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { instantOf } from '../../time/wallClock.ts'
import { useZone } from '../../time/zone.tsx'

const HOUR_MS = 3_600_000
/** Below it the share is told in red. */
const GOOD_SHARE = 0.95

/** The week in figures: what one looks at before anything else. */
export function CronFacts({ cron }: { cron: Schemas['Cron'] }) {
  const { t, i18n } = useTranslation('cron')
  const zone = useZone().nameFor(cron.timezone)
  const today = dayOf(new Date(useNow(HOUR_MS)), zone)
  const { data, isPending } = api.useQuery('get', '/stats/crons', {
    params: {
      query: { cron_id: [cron.id], from: instantOf(`${addDays(today, -6)} 00:00:00`, zone) },
    },
  })
  const week = data?.items[0]
  const count = (value: number) => value.toLocaleString(i18n.language)
  const settled = week ? week.success + week.failures : 0
  return (
    <SimpleGrid
      cols={{ base: 2, sm: 3, lg: 6 }}
      spacing="sm"
      mb="lg"
      component="section"
      aria-label={t('facts.label')}
    >
      <FigureTile
        name={t('facts.lastRun')}
        more={cron.last_run_at && <RelativeTime at={cron.last_run_at} cronZone={cron.timezone} />}
      >
        {cron.last_status ? (
          <Box my={3}>
            <StatusBadge status={cron.last_status} size="md" />
          </Box>
        ) : (
          <None>{t('facts.neverRan')}</None>
        )}
      </FigureTile>
      <FigureTile
        name={t('facts.success')}
        isPending={isPending}
        more={
          settled > 0 &&
          t('facts.ofRuns', { count: settled, runs: count(settled), failures: count(week!.failures) })
        }
      >
        {week?.success_rate == null ? (
          <None>{t('facts.noRuns')}</None>
        ) : (
          <Figure isBad={week.success_rate < GOOD_SHARE}>
            {formatShare(week.success_rate, i18n.language)}
          </Figure>
        )}
      </FigureTile>
      <Measured name={t('facts.duration')} measured={week?.duration} isPending={isPending} />
      <Measured name={t('facts.lateness')} measured={week?.lateness} isPending={isPending} />
      <FigureTile name={t('facts.skipped')} isPending={isPending} more={t('facts.skippedMore')}>
        <Figure>{count(week?.skipped ?? 0)}</Figure>
      </FigureTile>
      <FigureTile
        name={t('facts.runs')}
        more={
          cron.max_runs === null
            ? t('facts.runsSince', { date: dayOf(cron.created_at, zone) })
            : t('facts.runsOf', { max: count(cron.max_runs) })
        }
      >
        <Figure>{count(cron.run_count)}</Figure>
      </FigureTile>
    </SimpleGrid>
  )
}

function Measured({
  name,
  measured,
  isPending,
}: {
  name: string
  measured: Schemas['Measured'] | undefined
  isPending: boolean
}) {
  const { t } = useTranslation('cron')
  const { p50_ms, p95_ms, max_ms } = measured ?? {}
  if (p50_ms == null || p95_ms == null || max_ms == null)
    return (
      <FigureTile name={name} isPending={isPending}>
        <None>{t('facts.noRuns')}</None>
      </FigureTile>
    )
  const more = t('facts.durationMore', { p95: formatDuration(p95_ms), max: formatDuration(max_ms) })
  return (
    <FigureTile name={name} more={more}>
      <Figure>{formatDuration(p50_ms)}</Figure>
    </FigureTile>
  )
}

const None = ({ children }: { children: ReactNode }) => (
  <Text size="sm" c="dimmed">
    {children}
  </Text>
)
