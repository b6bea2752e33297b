import { useTranslation } from 'react-i18next'
import type { Series } from '../../components/charts/TimeChart.tsx'
import { STATUS_COLOR } from '../../components/status.ts'
import { formatDuration } from '../../time/format.ts'
import type { ChartSpec } from './ChartGrid.tsx'
import { useNumbers } from './useNumbers.ts'

/** Of the API, by what they are called in the charts. */
const RESULTS = [
  ['success', 'SUCCESS'],
  ['failed', 'FAILED'],
  ['timeout', 'TIMEOUT'],
  ['cancelled', 'CANCELLED'],
  ['skipped', 'SKIPPED'],
] as const
const PERCENTILES = [
  ['p50_ms', 'p50', 'teal'],
  ['p95_ms', 'p95', 'yellow'],
  ['p99_ms', 'p99', 'red'],
] as const

type Settled = Record<(typeof RESULTS)[number][0], number | null>
type Percentiles = Record<(typeof PERCENTILES)[number][0], number | null>

/** The charts of the overview, out of what the API measured. */
export function useChartSpecs(range: string) {
  const { t } = useTranslation('overview')
  const { t: common } = useTranslation()
  const { count, percent } = useNumbers()
  // A low axis has marks between whole numbers, which say nothing.
  const whole = (value: number) => (Number.isInteger(value) ? count(value) : '')
  return {
    throughput: (labels: string[], items: Settled[], resolution: string): ChartSpec => ({
      title: t('charts.throughput'),
      label: t('charts.throughputLabel', { range }),
      resolution,
      labels,
      isStacked: true,
      format: whole,
      series: RESULTS.map(([field, status]) => ({
        label: common(`status.${status}`),
        color: STATUS_COLOR[status],
        values: items.map((item) => item[field]),
      })),
    }),

    percentiles: (
      what: 'lateness' | 'duration',
      labels: string[],
      items: Array<Percentiles | null>,
      resolution: string,
    ): ChartSpec => ({
      title: t(`charts.${what}`),
      label: t(`charts.${what}Label`, { range }),
      resolution,
      labels,
      format: milliseconds,
      series: PERCENTILES.map(([field, name, color]) => ({
        label: t(`charts.${name}`),
        color,
        kind: 'line',
        values: items.map((item) => item?.[field] ?? null),
      })),
    }),

    depth: (
      labels: string[],
      items: Array<{ ready: number | null; running: number | null }>,
      resolution: string,
    ): ChartSpec => ({
      title: t('charts.depth'),
      label: t('charts.depthLabel', { range }),
      resolution,
      labels,
      format: whole,
      series: [
        line(
          t('charts.ready'),
          'yellow',
          items.map(({ ready }) => ready),
          'area',
        ),
        line(
          t('charts.running'),
          'blue',
          items.map(({ running }) => running),
        ),
      ],
    }),

    age: (
      labels: string[],
      items: Array<{ ready: number | null; oldest_ready_ms: number | null }>,
      resolution: string,
    ): ChartSpec => ({
      title: t('charts.age'),
      label: t('charts.ageLabel', { range }),
      resolution,
      labels,
      format: milliseconds,
      series: [
        line(
          t('charts.oldest'),
          'orange',
          // Nothing waiting is known and no gap.
          items.map(({ ready, oldest_ready_ms }) => (ready === 0 ? 0 : oldest_ready_ms)),
          'area',
        ),
      ],
    }),

    failureRate: (labels: string[], items: Settled[], resolution: string): ChartSpec => ({
      title: t('charts.rate'),
      label: t('charts.rateLabel', { range }),
      resolution,
      labels,
      format: percent,
      series: [line(t('charts.failureRate'), 'red', items.map(failureRateOf), 'area')],
    }),
  }
}

const milliseconds = (value: number) => (value > 0 && value < 1 ? '' : formatDuration(value))

function line(
  label: string,
  color: string,
  values: Series['values'],
  kind: 'line' | 'area' = 'line',
): Series {
  return { label, color, values, kind }
}

function failureRateOf({ success, failed, timeout }: Settled): number | null {
  const bad = (failed ?? 0) + (timeout ?? 0)
  const judged = (success ?? 0) + bad
  return judged === 0 ? null : bad / judged
}
