import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconPlayerStop, IconRefresh, IconRefreshAlert } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { RunDetail } from '../../api/scheduleTypes.ts'
import { useRunVerbs } from './useRunVerbs.tsx'

/** Running a run again, and ending it. */
export function RunActions({ run }: { run: RunDetail }) {
  const { t } = useTranslation('run')
  const { rerunFailed, rerunAll, cancel } = useRunVerbs(run)
  return (
    <>
      {rerunFailed && rerunAll ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              leftSection={<IconRefresh size={16} aria-hidden />}
              rightSection={<IconChevronDown size={14} aria-hidden />}
            >
              {t('rerun.menu')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconRefreshAlert size={16} aria-hidden />} onClick={rerunFailed}>
              {t('rerun.failed')}
            </Menu.Item>
            <Menu.Item leftSection={<IconRefresh size={16} aria-hidden />} onClick={rerunAll}>
              {t('rerun.all')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : (
        (rerunFailed ?? rerunAll) && (
          <Button
            variant={rerunFailed ? 'filled' : 'default'}
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={rerunFailed ?? rerunAll ?? undefined}
          >
            {t(rerunFailed ? 'rerun.failed' : 'rerun.all')}
          </Button>
        )
      )}
      {cancel && (
        <Button
          color="red"
          variant="light"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={cancel}
        >
          {t('cancel.action')}
        </Button>
      )}
    </>
  )
}
