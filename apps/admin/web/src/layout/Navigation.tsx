import { NavLink, ScrollArea, Stack } from '@mantine/core'
import { IconBook } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { NavLink as RouterLink, useLocation } from 'react-router'
import { type Role, useSession } from '../api/session.tsx'
import { PAGES } from '../routes.tsx'

/** The menu: the pages that who has signed in may open. */
export function Navigation() {
  const { t } = useTranslation()
  const { role: own } = useSession()
  const { pathname } = useLocation()
  const mayOpen = (role: Role = 'viewer') => role !== 'admin' || own === 'admin'
  return (
    <ScrollArea component="nav" aria-label={t('nav.label')} type="scroll" h="100%">
      <Stack gap={2}>
        {PAGES.flatMap(({ path, nav, icon: Icon, role }) => {
          if (!nav || !mayOpen(role)) return []
          const isHere =
            path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`)
          return (
            <NavLink
              key={path}
              component={RouterLink}
              to={path}
              label={t(`nav.${nav}`)}
              active={isHere}
              aria-current={isHere ? 'page' : undefined}
              leftSection={Icon && <Icon size={18} stroke={1.6} aria-hidden />}
              style={{ borderRadius: 'var(--mantine-radius-md)' }}
            />
          )
        })}
        <NavLink
          href="/docs"
          target="_blank"
          label={t('nav.apiDocs')}
          leftSection={<IconBook size={18} stroke={1.6} aria-hidden />}
          style={{ borderRadius: 'var(--mantine-radius-md)' }}
        />
      </Stack>
    </ScrollArea>
  )
}
