import { Badge, Button, Group, Menu } from '@mantine/core'
import { IconChevronDown, IconLock, IconLockOpen, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { Allowed } from '../../api/session.tsx'
import { releaseQueue } from '../../layout/scheduler/releaseQueue.ts'
import { reserveQueue } from '../../layout/scheduler/reserveQueue.tsx'
import { startScheduler } from '../../layout/scheduler/startScheduler.tsx'
import { stopScheduler } from '../../layout/scheduler/stopScheduler.tsx'

type Status = Schemas['SchedulerStatus']

/** Whether the scheduler runs. */
export function SchedulerState({ status }: { status: Status }) {
  const { t } = useTranslation('overview')
  const [color, word] = !status.scheduler_running
    ? (['red', 'stopped'] as const)
    : status.reservation
      ? (['orange', 'reserved'] as const)
      : status.dispatchers.length === 0
        ? (['red', 'noDispatcher'] as const)
        : (['teal', 'running'] as const)
  return (
    <Badge color={color} variant="light" size="lg" tt="none">
      {t(`scheduler.${word}`)}
    </Badge>
  )
}

/** Stops and starts it, and holds the queue. */
export function SchedulerControls({ status }: { status: Status }) {
  const { t } = useTranslation('overview')
  const { scheduler_running: isRunning, reservation } = status
  return (
    <Allowed role="admin">
      <Group gap="xs">
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
              {t('scheduler.label')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {isRunning ? (
              <Menu.Item
                leftSection={<IconPlayerStop size={16} aria-hidden />}
                onClick={() => stopScheduler(status)}
              >
                {t('scheduler.stop')}
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={startScheduler}>
                {t('scheduler.start')}
              </Menu.Item>
            )}
            {reservation ? (
              <Menu.Item
                leftSection={<IconLockOpen size={16} aria-hidden />}
                onClick={() => releaseQueue(reservation)}
              >
                {t('scheduler.release')}
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<IconLock size={16} aria-hidden />} onClick={reserveQueue}>
                {t('scheduler.reserve')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </Group>
    </Allowed>
  )
}
