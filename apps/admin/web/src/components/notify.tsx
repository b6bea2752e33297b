import { Button, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCheck, IconX } from '@tabler/icons-react'
import i18next from 'i18next'
import type { ApiError } from '../api/apiError.ts'
import { errorText } from './ErrorNotice.tsx'

/** A short word that something was done. @param next  a button to where it is seen */
export function notifyDone(message: string, next?: { label: string; onClick: () => void }): void {
  const id = notifications.show({
    message: next ? (
      <>
        {message}{' '}
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            next.onClick()
            notifications.hide(id)
          }}
        >
          {next.label}
        </Button>
      </>
    ) : (
      message
    ),
    color: 'teal',
    icon: <IconCheck size={18} aria-hidden />,
    autoClose: next ? 8_000 : 4_000,
  })
}

/** What a click could not do. It stays until it is closed. `onError` of a mutation. */
export function notifyError(error: ApiError): void {
  notifications.show({
    title: i18next.t('error.title', { ns: 'common' }),
    message: (
      <>
        {errorText(error)} {error.details.map(({ field, message }) => `${field}: ${message}`).join('; ')}
        {error.requestId && (
          <Text size="xs" c="dimmed">
            {i18next.t('requestId', { ns: 'common', id: error.requestId })}
          </Text>
        )}
      </>
    ),
    color: 'red',
    icon: <IconX size={18} aria-hidden />,
    autoClose: false,
  })
}
