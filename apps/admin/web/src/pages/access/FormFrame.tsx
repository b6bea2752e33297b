import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../../api/apiError.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'

interface Props {
  children: ReactNode
  /** Of the button that does it: a verb. */
  submit: string
  onSubmit: (event?: React.FormEvent<HTMLFormElement>) => void
  onCancel: () => void
  isRunning: boolean
  /** What admin refused other than by field. */
  error: ApiError | null
}

/** Fields, what went wrong, and the two buttons below. */
export function FormFrame({ children, submit, onSubmit, onCancel, isRunning, error }: Props) {
  const { t } = useTranslation()
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        {children}
        {error && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={isRunning}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
