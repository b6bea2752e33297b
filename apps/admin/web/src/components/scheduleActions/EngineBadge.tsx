import { Badge, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schedule } from '../../api/scheduleTypes.ts'

/** Of what is neither fine nor broken, the colour of what waits. */
const COLOR: Record<string, string> = {
  READY: 'teal',
  UNREACHABLE: 'orange',
  REFUSED: 'red',
  IMPORT_ERROR: 'red',
}

/** That a schedule runs in Airflow, and whether Airflow has it as it is here. */
export function EngineBadge({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const { engine, engine_state: state } = schedule
  if (engine === 'jobu') return null
  const words = state?.state
    ? t(`engine.${state.state as 'READY'}`, { defaultValue: state.state })
    : t('engine.unknown')
  const badge = (
    <Badge
      size="sm"
      variant="light"
      tt="none"
      className="jobu-badge"
      color={COLOR[state?.state ?? ''] ?? 'yellow'}
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
