import { Skeleton, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'
import type { Schemas } from '../../api/client.ts'

const RunNowForm = lazy(() => import('./RunNowForm.tsx'))

/** How a window, which stands outside of the router, goes to a page. */
export type GoTo = (path: string) => void

/** Asks with which params a cron runs now. */
export function openRunNow(cron: Schemas['Cron'], goTo: GoTo): void {
  const modalId = modals.open({
    title: <Text fw={650}>{i18next.t('runTitle', { ns: 'cronActions', name: cron.name })}</Text>,
    size: 'lg',
    children: (
      <Suspense fallback={<Skeleton height={200} />}>
        <RunNowForm cron={cron} goTo={goTo} close={() => modals.close(modalId)} />
      </Suspense>
    ),
  })
}
