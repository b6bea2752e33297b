import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../api/apiError.ts'
import { ErrorNotice } from './ErrorNotice.tsx'
import { openWindow } from './openWindow.tsx'

interface Confirmation {
  title: string
  /** Names what it will do, and to how many. */
  message: ReactNode
  /** Of the button that does it: a verb. */
  action: string
  /** Has to be typed first, as the name of what is deleted. */
  typed?: string
  /** Red unless it destroys nothing. */
  color?: string
  /** The window closes when it resolves, and shows the error when it rejects. */
  onConfirm: () => Promise<unknown>
}

/** Asks before something is done that cannot be undone by a click. */
export function confirm({ title, ...confirmation }: Confirmation): void {
  openWindow(title, (close) => <ConfirmForm {...confirmation} close={close} />)
}

function ConfirmForm({
  message,
  action,
  typed,
  color = 'red',
  onConfirm,
  close,
}: Omit<Confirmation, 'title'> & { close: () => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [error, setError] = useState<ApiError | null>(null)
  const [isRunning, setIsRunning] = useState(false)
  const submit = async () => {
    setIsRunning(true)
    setError(null)
    try {
      await onConfirm()
      close()
    } catch (thrown) {
      setError(thrown as ApiError)
      setIsRunning(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Stack>
        <Text size="sm" component="div">
          {message}
        </Text>
        {typed !== undefined && (
          <TextInput
            label={t('confirmTyping', { text: typed })}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {error &&
          (error.status === 0 || error.requestId ? (
            <ErrorNotice error={error} />
          ) : (
            <Alert color="red">{String(error)}</Alert>
          ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button
            type="submit"
            color={color}
            loading={isRunning}
            disabled={typed !== undefined && text !== typed}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
