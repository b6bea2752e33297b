import {
  Alert,
  Button,
  Center,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client.ts'
import { beginSession } from '../api/session.tsx'
import { errorText } from '../components/ErrorNotice.tsx'

/** The way in, in place of the page that was asked for, which then opens. */
export function SignInPage() {
  const { t } = useTranslation('access')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const signIn = api.useMutation('post', '/auth/sign-in', { onSuccess: beginSession })
  return (
    <Center mih="100dvh" p="md" component="main" bg="var(--jobu-page)">
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
                {signIn.error.status === 401 ? t('signIn.refused') : errorText(signIn.error)}
              </Alert>
            )}
            <Button type="submit" loading={signIn.isPending} fullWidth>
              {t('signIn.submit')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  )
}
