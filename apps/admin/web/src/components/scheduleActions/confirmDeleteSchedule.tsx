import { Stack, Text } from '@mantine/core'
import i18next from 'i18next'
import { fetchClient } from '../../api/client.ts'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { confirm } from '../confirm.tsx'
import { notifyDone } from '../notify.tsx'
import { readSchedulesAnew } from './readSchedulesAnew.ts'

/** Deletes a schedule once its title was typed. */
export function confirmDeleteSchedule({ id, title }: Schedule, onDeleted?: () => void): void {
  const t = i18next.getFixedT(null, 'schedules')
  confirm({
    title: t('act.deleteTitle', { title }),
    message: (
      <Stack gap="xs">
        <Text size="sm">{t('act.deleteText')}</Text>
        <Text size="sm" c="dimmed">
          {t('act.deleteKeeps')}
        </Text>
      </Stack>
    ),
    action: t('act.delete'),
    typed: title,
    onConfirm: async () => {
      await fetchClient.DELETE('/schedules/{id}', { params: { path: { id } } })
      notifyDone(t('act.deleted', { title }))
      // First: the page of a schedule that is gone must not read it again.
      onDeleted?.()
      void readSchedulesAnew()
    },
  })
}
