import { Anchor, Button, Group, Menu } from '@mantine/core'
import { IconCheck, IconChevronDown, IconPlayerSkipForward, IconRefresh, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { useRunVerbs } from './useRunVerbs.tsx'

/** Running a task again, skipping it, saying how it ended; and the ways to what it is. */
export function TaskActions({ run, task }: { run: RunDetail; task: RunTask }) {
  const { t } = useTranslation('run')
  const { rerun, skip, succeed, fail } = useRunVerbs(run).ofTask(task)
  const marks = [
    { does: skip, icon: IconPlayerSkipForward, label: t('mark.SKIPPED.action') },
    { does: succeed, icon: IconCheck, label: t('mark.SUCCESS.action') },
    { does: fail, icon: IconX, label: t('mark.FAILED.action') },
  ].filter(({ does }) => does !== null)
  const { child_run, execution_id } = task
  return (
    <Group gap="xs" mt="sm">
      {rerun && (
        <Button size="xs" leftSection={<IconRefresh size={14} aria-hidden />} onClick={rerun}>
          {t('rerun.from')}
        </Button>
      )}
      {marks.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button size="xs" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
              {t('mark.menu')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {marks.map(({ does, icon: Icon, label }) => (
              <Menu.Item key={label} leftSection={<Icon size={16} aria-hidden />} onClick={does ?? undefined}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {execution_id !== null && (
        <Anchor component={Link} to={`/jobs/${execution_id}`} size="sm">
          {t('job', { id: execution_id })}
        </Anchor>
      )}
      {child_run && (
        <Anchor
          component={Link}
          to={`/schedules/${child_run.schedule_id}/runs/${child_run.run_id}`}
          size="sm"
        >
          {t('subrun', { id: child_run.run_id })}
        </Anchor>
      )}
    </Group>
  )
}
