import { Center, Loader } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { SessionProvider } from '../api/session.tsx'
import { LiveProvider } from '../live/LiveProvider.tsx'
import { Shell } from './Shell.tsx'
import { SignInPage } from './SignInPage.tsx'

/** Signed in, the pages; else the way in. */
export function App() {
  const { t } = useTranslation()
  const loading = (
    <Center mih="100dvh">
      <Loader aria-label={t('loading')} />
    </Center>
  )
  return (
    <SessionProvider signIn={<SignInPage />} loading={loading}>
      <LiveProvider>
        <Shell />
      </LiveProvider>
    </SessionProvider>
  )
}
