import { modals } from '@mantine/modals'
import type { ReactNode } from 'react'
import { openWindow } from './openWindow.tsx'

export interface FormWindow {
  close: () => void
  /** From now on only `close` closes it, no key and no cross: for what is shown once. */
  hold: () => void
}

/** A form in a window of its own. */
export function openForm(title: string, form: (window: FormWindow) => ReactNode): void {
  const modalId = `form-${Date.now()}`
  const hold = () => modals.updateModal({ modalId, closeOnEscape: false, withCloseButton: false })
  // What was typed is not lost to a click beside it.
  openWindow(title, (close) => form({ close, hold }), { modalId, closeOnClickOutside: false })
}
