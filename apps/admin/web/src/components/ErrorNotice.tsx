import { Alert, Button, Code, Group, List, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../api/apiError.ts'

/** An error in the language of the page, and what the server said where that says more. */
export function errorText(error: ApiError): string {
  const key = `error.${error.code}`
  const known = i18next.exists(key, { ns: 'common' })
    ? i18next.t(key as 'error.FORBIDDEN', { ns: 'common' })
    : undefined
  if (!known) return error.message
  return ['UNREACHABLE', 'INTERNAL_ERROR', 'UNAUTHORIZED'].includes(error.code)
    ? known
    : `${known} ${error.message}`
}

/** What did not work, in words, with the id under which admin's log has it. */
export function ErrorNotice({
  error,
  onRetry,
  title,
}: {
  error: ApiError
  onRetry?: () => void
  title?: string
}) {
  const { t } = useTranslation()
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={title ?? t('error.title')}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{errorText(error)}</Text>
        {error.details.length > 0 && (
          <List size="sm">
            {error.details.map(({ field, message }) => (
              <List.Item key={`${field} ${message}`}>
                {field && <Code>{field}</Code>} {message}
              </List.Item>
            ))}
          </List>
        )}
        <Group gap="sm">
          {onRetry && (
            <Button size="xs" variant="light" color="red" onClick={onRetry}>
              {t('retry')}
            </Button>
          )}
          {error.requestId && (
            <Text size="xs" c="dimmed">
              {t('requestId', { id: error.requestId })}
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  )
}
