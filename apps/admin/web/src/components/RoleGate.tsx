import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type Role, useMay } from '../api/session.tsx'
import { EmptyState } from './EmptyState.tsx'

/** A page for who may open it, and for others which role it needs. */
export function RoleGate({ role, children }: { role: Role; children: ReactNode }) {
  const { t } = useTranslation()
  if (useMay(role)) return children
  return (
    <EmptyState
      title={t('error.FORBIDDEN')}
      text={t('error.roleNeeded', { role: t(`role.${role}`) })}
      icon={IconLock}
    />
  )
}
