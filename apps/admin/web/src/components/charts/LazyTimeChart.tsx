import { Skeleton } from '@mantine/core'
import { type ComponentProps, lazy, Suspense } from 'react'
import type { TimeChart as Chart } from './TimeChart.tsx'

const TimeChart = lazy(() => import('./TimeChart.tsx').then((module) => ({ default: module.TimeChart })))

/** A `TimeChart` whose library is loaded once the page stands: it is half as large as all the rest. */
export function LazyTimeChart(props: ComponentProps<typeof Chart>) {
  return (
    <Suspense fallback={<Skeleton h={props.height ?? 180} />}>
      <TimeChart {...props} />
    </Suspense>
  )
}
