import { Alert, Button, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../api/apiError.ts'
import { api } from '../api/client.ts'
import { beginSession } from '../api/session.tsx'
import { errorText } from '../components/ErrorNotice.tsx'
import { changeLanguage, LANGUAGES, type Language } from '../i18n/index.ts'

/** The way in, in place of the page that was asked for, which then opens. */
export function SignInPage() {
  const { t } = useTranslation('access')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const faultText = (error: ApiError) => {
    if (error.status === 401) return t('signIn.refused')
    return error.status === 429 ? t('signIn.tooMany') : errorText(error)
  }
  const signIn = api.useMutation('post', '/auth/sign-in', { onSuccess: beginSession })
  return (
    <Stack mih="100dvh" p="md" component="main" bg="var(--jobu-page)" align="center" justify="center">
      <Paper withBorder shadow="md" p="xl" radius="lg" w={380} maw="100%">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            signIn.mutate({ body: { name, password } })
          }}
        >
          <Stack>
            <Group gap="sm">
              <img src="/icon.svg" alt="" width={32} height={32} />
              <Title order={1} size="h3">
                {t('signIn.title')}
              </Title>
            </Group>
            <Text c="dimmed" size="sm">
              {t('signIn.text')}
            </Text>
            <TextInput
              label={t('signIn.name')}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              autoComplete="username"
              required
              withAsterisk={false}
              autoFocus
            />
            <PasswordInput
              label={t('signIn.password')}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              autoComplete="current-password"
              required
              withAsterisk={false}
            />
            {signIn.error && (
              <Alert color="red" role="alert">
                {faultText(signIn.error)}
              </Alert>
            )}
            <Button type="submit" loading={signIn.isPending} fullWidth>
              {t('signIn.submit')}
            </Button>
            <Text size="xs" c="dimmed" ta="center">
              {t('signIn.forgotten')}
            </Text>
          </Stack>
        </form>
      </Paper>
      <LanguageChoice />
    </Stack>
  )
}

/** Before anyone has signed in there is no menu to choose it from. */
function LanguageChoice() {
  const { t, i18n } = useTranslation('access')
  return (
    <Group gap={4} role="group" aria-label={t('signIn.language')}>
      {Object.entries(LANGUAGES).map(([language, name]) => (
        <Button
          key={language}
          lang={language}
          variant="subtle"
          color="gray"
          size="sm"
          aria-pressed={language === i18n.language}
          fw={language === i18n.language ? 700 : 400}
          onClick={() => void changeLanguage(language as Language)}
        >
          {name}
        </Button>
      ))}
    </Group>
  )
}
