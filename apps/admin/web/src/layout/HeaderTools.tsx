import {
  ActionIcon,
  Badge,
  Button,
  Group,
  Indicator,
  Menu,
  Text,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core'
import {
  IconClock,
  IconKey,
  IconLanguage,
  IconLogout,
  IconPlayerPause,
  IconPlayerPlay,
  IconSearch,
  IconUserCircle,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../api/session.tsx'
import { useNarrowerThan } from '../components/useNarrowerThan.ts'
import { useLive } from '../live/LiveProvider.tsx'
import { zoneLabel } from '../time/format.ts'
import { BROWSER_ZONE, useZone, ZONE_CHOICES } from '../time/zone.tsx'
import { AppearanceItems } from './AppearanceItems.tsx'
import { openPalette } from './openPalette.ts'
import { openPasswordForm } from './openPasswordForm.tsx'
import { signOut } from './signOut.ts'

/** At the top of every page: search, live updates, zone, language, theme, who one is. */
export function HeaderTools() {
  return (
    <Group gap={6} wrap="nowrap">
      <PaletteButton />
      <LiveButton />
      <ZoneMenu />
      <AppearanceMenu />
      <UserMenu />
    </Group>
  )
}

function PaletteButton() {
  const { t } = useTranslation()
  return (
    <Tooltip label={t('header.palette')}>
      <ActionIcon variant="default" size="lg" onClick={openPalette} aria-label={t('header.palette')}>
        <IconSearch size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}

const CONNECTION_COLOR = { open: 'teal', connecting: 'gray', lost: 'orange' } as const

/** Says whether what one sees is live, and stops and goes on with it. */
function LiveButton() {
  const { t } = useTranslation()
  const { connection, isPaused, missed, pause, resume } = useLive()
  const word = isPaused
    ? missed > 0
      ? t('header.paused_missed', { count: missed })
      : t('header.paused')
    : connection === 'open'
      ? t('header.live')
      : t(`header.${connection}`)
  return (
    <Tooltip label={t(isPaused ? 'header.resume' : 'header.pause')}>
      <Button
        variant={isPaused ? 'filled' : 'default'}
        size="sm"
        px="xs"
        onClick={isPaused ? resume : pause}
        aria-pressed={isPaused}
        aria-label={`${word}. ${t(isPaused ? 'header.resume' : 'header.pause')}`}
        data-connection={connection}
        leftSection={
          isPaused ? (
            <IconPlayerPlay size={16} aria-hidden />
          ) : (
            <Indicator
              color={CONNECTION_COLOR[connection]}
              size={8}
              processing={connection === 'open'}
              position="middle-center"
              w={10}
              h={10}
            />
          )
        }
        rightSection={isPaused ? undefined : <IconPlayerPause size={14} aria-hidden />}
      >
        <Text span size="sm" visibleFrom="md">
          {word}
        </Text>
      </Button>
    </Tooltip>
  )
}

function ZoneMenu() {
  const { t } = useTranslation()
  const { choice, choose, nameFor } = useZone()
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          size="sm"
          px="xs"
          title={t('header.zone')}
          leftSection={<IconClock size={16} aria-hidden />}
        >
          <VisuallyHidden>{t('header.zone')} </VisuallyHidden>
          {choice === 'cron' ? t('nav.crons') : zoneLabel(nameFor())}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('header.zone')}</Menu.Label>
        {ZONE_CHOICES.map((one) => (
          <Menu.Item
            key={one}
            onClick={() => choose(one)}
            fw={one === choice ? 650 : undefined}
            aria-current={one === choice}
          >
            {t(`zone.${one}`, { name: BROWSER_ZONE })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function AppearanceMenu() {
  const { t } = useTranslation()
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={`${t('header.language')}, ${t('header.theme')}`}
          visibleFrom="xs"
        >
          <IconLanguage size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <AppearanceItems />
      </Menu.Dropdown>
    </Menu>
  )
}

function UserMenu() {
  const { t } = useTranslation()
  const { name, role, kind } = useSession()
  // Where there is no room for a menu of its own.
  const isNarrow = useNarrowerThan('xs')
  return (
    <>
      {role === 'viewer' && (
        <Tooltip label={t('header.readOnlyWhy')} multiline w={240}>
          <Badge variant="outline" color="gray" visibleFrom="sm" tt="none">
            {t('header.readOnly')}
          </Badge>
        </Tooltip>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={t('header.user', { name })}>
            <IconUserCircle size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {name} · {t(`role.${role}`)}
          </Menu.Label>
          {kind === 'user' && (
            <>
              <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={openPasswordForm}>
                {t('header.password')}
              </Menu.Item>
              <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
                {t('header.signOut')}
              </Menu.Item>
            </>
          )}
          {isNarrow && <AppearanceItems />}
        </Menu.Dropdown>
      </Menu>
    </>
  )
}
