import { Menu } from '@mantine/core'
import { IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useJobVerbs } from './useJobVerbs.tsx'

/** Retry, cancel and delete, those that can be, as items of a menu. */
export function JobVerbItems({ job }: { job: Parameters<typeof useJobVerbs>[0] }) {
  const { t } = useTranslation(['job', 'common'])
  const { retry, cancel, remove } = useJobVerbs(job)
  return (
    <>
      {retry && (
        <Menu.Item leftSection={<IconRefresh size={16} aria-hidden />} onClick={retry}>
          {t('retry.action')}
        </Menu.Item>
      )}
      {cancel && (
        <Menu.Item leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={cancel}>
          {t('cancel.action')}
        </Menu.Item>
      )}
      {remove && (
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
          {t('delete.action')}
        </Menu.Item>
      )}
    </>
  )
}
