import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { TimeChartProps } from './TimeChart.tsx'

const TimeChart = lazy(() => import('./TimeChart.tsx').then((module) => ({ default: module.TimeChart })))

/** A `TimeChart` whose library is loaded once the page stands. */
export function LazyTimeChart(props: TimeChartProps) {
  return (
    <Suspense fallback={<Skeleton h={props.height ?? 180} />}>
      <TimeChart {...props} />
    </Suspense>
  )
}
