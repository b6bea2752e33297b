import { Alert, Button, Code, Container, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useRouteError } from 'react-router'

/** In place of a page that threw, with what it threw: the rest of the application goes on. */
export function PageBroke() {
  const { t } = useTranslation()
  const error = useRouteError()
  return (
    <Container py="xl">
      <Alert color="red" title={t('error.pageTitle')} role="alert">
        <Stack align="flex-start">
          <Code block>{String(error)}</Code>
          <Button size="xs" onClick={() => location.reload()}>
            {t('refresh')}
          </Button>
        </Stack>
      </Alert>
    </Container>
  )
}
