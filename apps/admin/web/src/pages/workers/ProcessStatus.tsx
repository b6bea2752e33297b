import { Badge, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'

type Process = Pick<Schemas['Worker'], 'status' | 'is_alive'>

const COLOR = { ACTIVE: 'teal', DRAINING: 'orange', STOPPED: 'gray', LOST: 'red', SILENT: 'red' } as const

/** Its status, or that it has gone silent without anybody having said so yet. */
function stateOf({ status, is_alive }: Process) {
  return !is_alive && (status === 'ACTIVE' || status === 'DRAINING') ? 'SILENT' : status
}

/** How a worker or dispatcher is, in a word; what that means on hover and focus. */
export function ProcessStatus({ process }: { process: Process }) {
  const { t } = useTranslation('workers')
  const state = stateOf(process)
  return (
    <Tooltip
      label={t(`meaning.${state}`)}
      multiline
      w={280}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Badge color={COLOR[state]} variant="light" size="sm" tt="none" className="jobu-badge" tabIndex={0}>
        {t(`status.${state}`)}
      </Badge>
    </Tooltip>
  )
}
