import { Skeleton, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'

const ShortcutList = lazy(() =>
  import('./ShortcutList.tsx').then((module) => ({ default: module.ShortcutList })),
)

/** Shows which keys do what. */
export function openShortcuts(): void {
  modals.open({
    title: <Text fw={650}>{i18next.t('shortcuts.title', { ns: 'settings' })}</Text>,
    closeButtonProps: { 'aria-label': i18next.t('close', { ns: 'common' }) },
    children: (
      <Suspense fallback={<Skeleton h={300} />}>
        <ShortcutList />
      </Suspense>
    ),
  })
}
