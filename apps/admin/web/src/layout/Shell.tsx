import { Alert, Anchor, AppShell, Burger, Center, Group, Loader } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet, useLocation, useNavigation } from 'react-router'
import { useLive } from '../live/LiveProvider.tsx'
import { HeaderTools } from './HeaderTools.tsx'
import { Logo } from './Logo.tsx'
import { Navigation } from './Navigation.tsx'
import { PaletteHost } from './PaletteHost.tsx'
import { SchedulerBanner } from './SchedulerBanner.tsx'
import classes from './Shell.module.css'

/** What is around every page: the menu, the tools at the top, and notices that concern all of it. */
export function Shell() {
  const { t } = useTranslation()
  const [isOpen, menu] = useDisclosure(false)
  const { pathname } = useLocation()
  const { state } = useNavigation()
  const { connection } = useLive()
  useEffect(menu.close, [pathname])
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
      classNames={{ main: classes.main, navbar: classes.navbar }}
    >
      <Anchor href="#content" className="jobu-skip">
        {t('skipToContent')}
      </Anchor>
      <AppShell.Header px="md" className={classes.header}>
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('nav.open')}
            />
            <Logo />
          </Group>
          <HeaderTools />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {connection === 'lost' && (
          <Alert
            color="orange"
            mb="md"
            role="status"
            icon={<IconPlugConnectedX aria-hidden />}
            title={t('connection.lostTitle')}
          >
            {t('connection.lostText')}
          </Alert>
        )}
        <SchedulerBanner />
        {state === 'loading' && (
          <Center pos="absolute" right={20} top={64}>
            <Loader size="xs" aria-label={t('loading')} />
          </Center>
        )}
        <Outlet />
      </AppShell.Main>
      <PaletteHost />
    </AppShell>
  )
}
