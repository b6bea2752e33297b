import { useTranslation } from 'react-i18next'
import { formatInstant } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { ChartGrid } from './ChartGrid.tsx'
import { useChartSpecs } from './useChartSpecs.ts'
import { useHours } from './useHours.ts'

const HOURS = 14 * 24

/** Two weeks by hour. How long the queues were is not kept so long; how long executions ran and failed is. */
export function FortnightCharts({ range }: { range: string }) {
  const { t } = useTranslation('overview')
  const { nameFor } = useZone()
  const specs = useChartSpecs(range)
  const { throughput, lateness, durations, isPending, error, refetch } = useHours(HOURS, true)
  const zone = nameFor()
  const labels = throughput.map(({ at }) => formatInstant(at, zone, 'minute'))
  const hour = t('charts.byHour')
  return (
    <ChartGrid
      isPending={isPending}
      error={error}
      onRetry={refetch}
      charts={[
        specs.throughput(labels, throughput, hour),
        specs.percentiles('lateness', labels, lateness, hour),
        specs.percentiles('duration', labels, durations, hour),
        specs.failureRate(labels, throughput, hour),
      ]}
    />
  )
}
