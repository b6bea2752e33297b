import { Skeleton, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'
import type { Schemas } from '../../api/client.ts'
import type { GoTo } from './openRunNow.tsx'

const BackfillForm = lazy(() => import('./BackfillForm.tsx'))

/** Asks for which past slots of a cron runs are made. */
export function openBackfill(cron: Schemas['Cron'], goTo: GoTo): void {
  const modalId = modals.open({
    title: <Text fw={650}>{i18next.t('backfillTitle', { ns: 'cronActions', name: cron.name })}</Text>,
    size: 'lg',
    children: (
      <Suspense fallback={<Skeleton height={300} />}>
        <BackfillForm cron={cron} goTo={goTo} close={() => modals.close(modalId)} />
      </Suspense>
    ),
  })
}
