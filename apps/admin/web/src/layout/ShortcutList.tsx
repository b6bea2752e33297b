import { Group, Kbd, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { currentSession } from '../api/session.tsx'
import { PAGES } from '../routes.tsx'
import { GO_TO } from './shortcuts.ts'

/** Which keys do what. */
export function ShortcutList() {
  const { t } = useTranslation(['settings', 'common'])
  // Windows stand beside the session, not within it.
  const isAdmin = currentSession()?.role === 'admin'
  const open = Object.entries(GO_TO).filter(
    ([, path]) => isAdmin || PAGES.find((page) => page.path === path)?.role !== 'admin',
  )
  return (
    <Stack gap={6} component="dl" m={0}>
      <Line keys={[<Kbd key="k">Ctrl</Kbd>, '+', <Kbd key="l">K</Kbd>]}>{t('shortcuts.palette')}</Line>
      <Line keys={[<Kbd key="k">?</Kbd>]}>{t('shortcuts.help')}</Line>
      <Line keys={[<Kbd key="k">L</Kbd>]}>{t('shortcuts.live')}</Line>
      {isAdmin && <Line keys={[<Kbd key="k">N</Kbd>]}>{t('shortcuts.newCron')}</Line>}
      {open.map(([letter, path]) => (
        <Line
          key={letter}
          keys={[<Kbd key="g">G</Kbd>, t('shortcuts.afterwards'), <Kbd key="k">{letter.toUpperCase()}</Kbd>]}
        >
          {t('shortcuts.goTo', {
            page: t(`nav.${PAGES.find((page) => page.path === path)?.nav ?? 'overview'}`, { ns: 'common' }),
          })}
        </Line>
      ))}
    </Stack>
  )
}

function Line({ keys, children }: { keys: ReactNode[]; children: ReactNode }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text component="dt" size="sm">
        {children}
      </Text>
      <Group component="dd" m={0} gap={6} wrap="nowrap" fz="xs" c="dimmed">
        {keys}
      </Group>
    </Group>
  )
}
