import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { DagViewProps } from './DagView.tsx'

const DagView = lazy(() => import('./DagView.tsx'))

/** The graph, whose drawing is loaded with the first page that has one. */
export function LazyDag(props: DagViewProps) {
  return (
    <Suspense fallback={<Skeleton height={props.height} />}>
      <DagView {...props} />
    </Suspense>
  )
}
