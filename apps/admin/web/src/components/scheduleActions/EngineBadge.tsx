import { Badge, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schedule } from '../../api/scheduleTypes.ts'

/** That a schedule runs in Airflow, and whether Airflow has it as it is here. */
export function EngineBadge({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const { engine, engine_state: state } = schedule
  if (engine === 'jobu') return null
  const isFine = state?.state === 'ready' || state?.state === 'synced'
  const words = state
    ? t(`engine.${state.state as 'ready'}`, { defaultValue: state.state })
    : t('engine.unknown')
  const badge = (
    <Badge
      size="sm"
      variant="light"
      tt="none"
      className="jobu-badge"
      color={isFine ? 'teal' : state?.state === 'error' ? 'red' : 'orange'}
      tabIndex={state?.message ? 0 : undefined}
    >
      Airflow: {words}
    </Badge>
  )
  return state?.message ? (
    <Tooltip label={state.message} multiline maw={400}>
      {badge}
    </Tooltip>
  ) : (
    badge
  )
}
