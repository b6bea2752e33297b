import { Badge, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { useToggle } from '../../components/cronActions/useToggle.ts'

/** Whether a cron is on, and for who may, what turns it on and off. */
export function EnabledSwitch({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('crons')
  const toggle = useToggle()
  if (!useMay('operator'))
    return (
      <Badge size="sm" variant="light" tt="none" color={cron.is_enabled ? 'teal' : 'gray'}>
        {t(cron.is_enabled ? 'isEnabled' : 'isDisabled')}
      </Badge>
    )
  return (
    <Switch
      size="sm"
      checked={toggle.isPending ? !cron.is_enabled : cron.is_enabled}
      disabled={toggle.isPending}
      onChange={() => toggle.mutate(cron)}
      aria-label={t('enabledOf', { name: cron.name })}
    />
  )
}
