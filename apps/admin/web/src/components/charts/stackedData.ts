import type { AlignedData } from 'uplot'
import type { TimeChartProps } from './TimeChart.tsx'

/**
 * What uPlot draws: the places, then each series, stacked as the sum of itself and those before it. The order is turned
 * round there, so that the lower ones are drawn over the higher.
 */
export function stackedData({
  labels,
  series,
  isStacked = false,
}: Pick<TimeChartProps, 'labels' | 'series' | 'isStacked'>): AlignedData {
  const places = labels.map((_, index) => index)
  if (!isStacked) return [places, ...series.map(({ values }) => values)]
  const below = labels.map(() => 0)
  const sums = series.map(({ values }) =>
    values.map((value, index) => {
      below[index]! += value ?? 0
      return value === null ? null : below[index]!
    }),
  )
  return [places, ...sums.reverse()]
}
