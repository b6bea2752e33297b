import { ActionIcon, Button, Group, Menu, Tooltip } from '@mantine/core'
import {
  IconCopy,
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerPlayFilled,
  IconTrash,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { useMay } from '../../api/session.tsx'
import { confirmDeleteSchedule } from './confirmDeleteSchedule.tsx'
import { openStart } from './openStart.tsx'
import { useToggleSchedule } from './useToggleSchedule.ts'

interface Props {
  schedule: Schedule
  /** Of a row in a table: icons without words. */
  isCompact?: boolean
  /** After it was deleted, as from the page that showed it. */
  onDeleted?: () => void
}

/** Everything that can be done with one schedule, as far as the role goes. */
export function ScheduleActions({ schedule, isCompact = false, onDeleted }: Props) {
  const { t } = useTranslation('schedules')
  const navigate = useNavigate()
  const toggle = useToggleSchedule()
  const [mayRun, mayEdit] = [useMay('operator'), useMay('admin')]
  if (!mayRun) return null
  const { id, title } = schedule
  const Toggle = schedule.is_enabled ? IconPlayerPause : IconPlayerPlay
  const start = () => openStart(schedule, navigate)
  return (
    <Group gap={isCompact ? 2 : 'xs'} wrap="nowrap" justify="flex-end">
      {isCompact ? (
        <Tooltip label={t('act.start')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            onClick={start}
            aria-label={t('act.startOf', { title })}
          >
            <IconPlayerPlayFilled size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Button leftSection={<IconPlayerPlayFilled size={16} aria-hidden />} onClick={start}>
          {t('act.start')}
        </Button>
      )}
      {!isCompact && mayEdit && (
        <Button
          component={Link}
          to={`/schedules/${id}/edit`}
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          {t('act.edit')}
        </Button>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant={isCompact ? 'subtle' : 'default'}
            color="gray"
            size={36}
            aria-label={t('act.moreOf', { title })}
          >
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isCompact && mayEdit && (
            <Menu.Item
              component={Link}
              to={`/schedules/${id}/edit`}
              leftSection={<IconPencil size={16} aria-hidden />}
            >
              {t('act.edit')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Toggle size={16} aria-hidden />} onClick={() => toggle.mutate(schedule)}>
            {t(schedule.is_enabled ? 'act.pause' : 'act.resume')}
          </Menu.Item>
          {mayEdit && (
            <>
              <Menu.Item
                component={Link}
                to={`/schedules/new?copy=${id}`}
                leftSection={<IconCopy size={16} aria-hidden />}
              >
                {t('act.duplicate')}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} aria-hidden />}
                onClick={() => confirmDeleteSchedule(schedule, onDeleted)}
              >
                {t('act.delete')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  )
}
