import { Skeleton } from '@mantine/core'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'
import type { Schemas } from '../../api/client.ts'
import { openWindow } from '../openWindow.tsx'
import type { GoTo } from './openRunNow.tsx'

const BackfillForm = lazy(() => import('./BackfillForm.tsx'))

/** Asks for which past slots of a cron runs are made. */
export function openBackfill(cron: Schemas['Cron'], goTo: GoTo): void {
  openWindow(
    i18next.t('backfillTitle', { ns: 'cronActions', name: cron.name }),
    (close) => (
      <Suspense fallback={<Skeleton height={300} />}>
        <BackfillForm cron={cron} goTo={goTo} close={close} />
      </Suspense>
    ),
    { size: 'lg' },
  )
}
