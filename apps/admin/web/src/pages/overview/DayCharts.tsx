import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { useNow } from '../../time/useNow.ts'
import { useZone } from '../../time/zone.tsx'
import { ChartGrid } from './ChartGrid.tsx'
import { clockOf } from './clock.ts'
import { highestOf } from './highestOf.ts'
import { useChartSpecs } from './useChartSpecs.ts'
import { useHours } from './useHours.ts'

const DAY_HOURS = 24
const DAY_MS = 86_400_000
const TEN_MINUTES_MS = 600_000

/** The last day: what settled by hour, what waited by ten minutes. */
export function DayCharts({ range }: { range: string }) {
  const { t } = useTranslation('overview')
  const { nameFor } = useZone()
  const specs = useChartSpecs(range)
  const { throughput, lateness, isPending, error, refetch } = useHours(DAY_HOURS)
  const to = useNow(TEN_MINUTES_MS)
  const query = { from: new Date(to - DAY_MS).toISOString(), to: new Date(to).toISOString() }
  const minutes = api.useQuery(
    'get',
    '/stats/minutes',
    { params: { query } },
    { placeholderData: keepPreviousData },
  )
  const zone = nameFor()
  const hours = throughput.map(({ at }) => clockOf(at, zone))
  const waited = highestOf(minutes.data?.items ?? [], TEN_MINUTES_MS)
  const places = waited.map(({ at }) => clockOf(at, zone))
  return (
    <ChartGrid
      isPending={isPending || minutes.isPending}
      error={error ?? (minutes.data ? null : minutes.error)}
      onRetry={() => {
        refetch()
        void minutes.refetch()
      }}
      charts={[
        specs.throughput(hours, throughput, t('charts.byHour')),
        specs.percentiles('lateness', hours, lateness, t('charts.byHour')),
        specs.depth(places, waited, t('charts.byTenMinutes')),
        specs.age(places, waited, t('charts.byTenMinutes')),
      ]}
    />
  )
}
