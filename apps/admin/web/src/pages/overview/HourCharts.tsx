import { useTranslation } from 'react-i18next'
import { useZone } from '../../time/zone.tsx'
import { ChartGrid } from './ChartGrid.tsx'
import { clockOf } from './clock.ts'
import { useChartSpecs } from './useChartSpecs.ts'
import { useLastHour } from './useLastHour.ts'

/** The last hour, minute by minute. */
export function HourCharts({ range }: { range: string }) {
  const { t } = useTranslation('overview')
  const { nameFor } = useZone()
  const specs = useChartSpecs(range)
  const { data, error, isPending, refetch } = useLastHour()
  const items = data?.items ?? []
  const zone = nameFor()
  const labels = items.map(({ at }) => clockOf(at, zone))
  const minute = t('charts.byMinute')
  return (
    <ChartGrid
      isPending={isPending}
      error={data ? null : error}
      onRetry={() => void refetch()}
      charts={[
        specs.throughput(labels, items, minute),
        specs.percentiles(
          'lateness',
          labels,
          items.map(({ lateness }) => lateness),
          minute,
        ),
        specs.depth(labels, items, minute),
        specs.age(labels, items, minute),
      ]}
    />
  )
}
