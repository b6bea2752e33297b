import { Button } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import { EmptyState } from './EmptyState.tsx'

export function NotFound() {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  return (
    <EmptyState title={t('notFound.title')} text={t('notFound.text', { path: pathname })} icon={IconMapOff}>
      <Button component={Link} to="/" variant="light">
        {t('notFound.home')}
      </Button>
    </EmptyState>
  )
}
