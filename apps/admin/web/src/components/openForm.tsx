import { Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import type { ReactNode } from 'react'

/** A form in a window. @param form  gets what closes the window */
export function openForm(title: string, form: (close: () => void) => ReactNode): void {
  const modalId = `form-${Date.now()}`
  modals.open({
    modalId,
    title: <Text fw={650}>{title}</Text>,
    children: form(() => modals.close(modalId)),
    // What was typed is not lost to a click beside it.
    closeOnClickOutside: false,
  })
}
