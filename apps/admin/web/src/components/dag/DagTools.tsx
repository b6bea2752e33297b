import { ActionIcon, Group, Select, Tooltip } from '@mantine/core'
import {
  IconArrowsMaximize,
  IconLayoutDistributeHorizontal,
  IconStack2,
  IconZoomIn,
  IconZoomOut,
  type TablerIcon,
} from '@tabler/icons-react'
import { useReactFlow } from '@xyflow/react'
import { useTranslation } from 'react-i18next'

/** From so many tasks on one looks for one by its key. */
const MANY = 12

interface Props {
  keys: string[]
  onFind: (key: string) => void
  /** None where nothing was moved. */
  onLayOut: (() => void) | undefined
  /** None where nothing is unfolded. */
  onFold: (() => void) | undefined
}

/** Above the graph: finds a task, moves the view. */
export function DagTools({ keys, onFind, onLayOut, onFold }: Props) {
  const { t } = useTranslation('dag')
  const { zoomIn, zoomOut, fitView } = useReactFlow()
  return (
    <Group gap={6} wrap="nowrap">
      {keys.length >= MANY && (
        <Select
          size="xs"
          w={{ base: 140, sm: 190 }}
          aria-label={t('find')}
          placeholder={t('find')}
          data={keys}
          value={null}
          onChange={(key) => key && onFind(key)}
          limit={50}
          nothingFoundMessage={t('table.noMatch', { ns: 'common' })}
          searchable
        />
      )}
      <Tool icon={IconZoomOut} label={t('zoomOut')} onClick={() => void zoomOut()} />
      <Tool icon={IconZoomIn} label={t('zoomIn')} onClick={() => void zoomIn()} />
      <Tool icon={IconArrowsMaximize} label={t('fit')} onClick={() => void fitView({ padding: 0.1 })} />
      {onLayOut && <Tool icon={IconLayoutDistributeHorizontal} label={t('layOut')} onClick={onLayOut} />}
      {onFold && <Tool icon={IconStack2} label={t('fold')} onClick={onFold} />}
    </Group>
  )
}

function Tool({ icon: Icon, label, onClick }: { icon: TablerIcon; label: string; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={30} aria-label={label} onClick={onClick}>
        <Icon size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
