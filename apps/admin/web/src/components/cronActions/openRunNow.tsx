import { Skeleton } from '@mantine/core'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'
import type { Schemas } from '../../api/client.ts'
import { openWindow } from '../openWindow.tsx'

const RunNowForm = lazy(() => import('./RunNowForm.tsx'))

/** How a window, which stands outside of the router, goes to a page. */
export type GoTo = (path: string) => void

/** Asks with which params a cron runs now. */
export function openRunNow(cron: Schemas['Cron'], goTo: GoTo): void {
  openWindow(
    i18next.t('runTitle', { ns: 'cronActions', name: cron.name }),
    (close) => (
      <Suspense fallback={<Skeleton height={200} />}>
        <RunNowForm cron={cron} goTo={goTo} close={close} />
      </Suspense>
    ),
    { size: 'lg' },
  )
}
