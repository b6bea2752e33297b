import { Modal, type ModalProps, Stack, Text } from '@mantine/core'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'

interface Props extends Pick<ModalProps, 'size' | 'withCloseButton' | 'onClose' | 'children'> {
  title: string
  onSubmit: (event: FormEvent<HTMLFormElement>) => void
}

/** A form in a window, open as long as it is drawn. */
export function FormModal({ title, onSubmit, children, ...modal }: Props) {
  const { t } = useTranslation()
  return (
    <Modal
      {...modal}
      opened
      title={<Text fw={650}>{title}</Text>}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit(event)
        }}
      >
        <Stack>{children}</Stack>
      </form>
    </Modal>
  )
}
