import { Skeleton } from '@mantine/core'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { openWindow } from '../openWindow.tsx'

const StartForm = lazy(() => import('./StartForm.tsx'))

/** How a window, which stands outside of the router, goes to a page. */
export type GoTo = (path: string) => void

/** Asks with which params, and for which time, a schedule starts now. */
export function openStart(schedule: Schedule, goTo: GoTo): void {
  openWindow(
    i18next.t('act.startTitle', { ns: 'schedules', title: schedule.title }),
    (close) => (
      <Suspense fallback={<Skeleton height={260} />}>
        <StartForm schedule={schedule} goTo={goTo} close={close} />
      </Suspense>
    ),
    { size: 'lg' },
  )
}
