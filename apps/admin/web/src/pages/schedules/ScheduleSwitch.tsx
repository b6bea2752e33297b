import { Badge, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { useMay } from '../../api/session.tsx'
import { useToggleSchedule } from '../../components/scheduleActions/useToggleSchedule.ts'

/** Whether a schedule is on, and for who may, what turns it on and off. */
export function ScheduleSwitch({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const toggle = useToggleSchedule()
  const { is_enabled, status, title } = schedule
  if (!useMay('operator'))
    return (
      <Badge size="sm" variant="light" tt="none" color={status === 'ACTIVE' ? 'teal' : 'gray'}>
        {t(`state.${status}`)}
      </Badge>
    )
  return (
    <Switch
      size="sm"
      checked={toggle.isPending ? !is_enabled : is_enabled}
      disabled={toggle.isPending}
      onChange={() => toggle.mutate(schedule)}
      aria-label={t('activeOf', { title })}
    />
  )
}
