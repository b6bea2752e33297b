import { Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import i18next from 'i18next'
import type { ReactNode } from 'react'

export interface FormWindow {
  close: () => void
  /** From now on only `close` closes it, no key and no cross: for what is shown once. */
  hold: () => void
}

/** A form in a window of its own. */
export function openForm(title: string, form: (window: FormWindow) => ReactNode): void {
  const modalId = `form-${Date.now()}`
  modals.open({
    modalId,
    title: <Text fw={650}>{title}</Text>,
    children: form({
      close: () => modals.close(modalId),
      hold: () => modals.updateModal({ modalId, closeOnEscape: false, withCloseButton: false }),
    }),
    closeButtonProps: { 'aria-label': i18next.t('close', { ns: 'common' }) },
    // What was typed is not lost to a click beside it.
    closeOnClickOutside: false,
  })
}
