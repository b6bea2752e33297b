import { Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import i18next from 'i18next'
import type { ReactNode } from 'react'

type Options = Omit<Parameters<typeof modals.open>[0], 'title' | 'children' | 'closeButtonProps'>

/** A window over the page. @param content  what stands in it, given what closes it */
export function openWindow(
  title: string,
  content: (close: () => void) => ReactNode,
  options: Options = {},
): void {
  const modalId = modals.open({
    ...options,
    title: <Text fw={650}>{title}</Text>,
    closeButtonProps: { 'aria-label': i18next.t('close', { ns: 'common' }) },
    children: content(() => modals.close(modalId)),
  })
}
