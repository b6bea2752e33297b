import { Skeleton } from '@mantine/core'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'
import { openWindow } from '../components/openWindow.tsx'

const ShortcutList = lazy(() =>
  import('./ShortcutList.tsx').then((module) => ({ default: module.ShortcutList })),
)

/** Shows which keys do what. */
export function openShortcuts(): void {
  openWindow(i18next.t('shortcuts.title', { ns: 'settings' }), () => (
    <Suspense fallback={<Skeleton h={300} />}>
      <ShortcutList />
    </Suspense>
  ))
}
