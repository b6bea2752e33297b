import { Stack, Text } from '@mantine/core'
import i18next from 'i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../confirm.tsx'
import { notifyDone } from '../notify.tsx'
import { readCronsAnew } from './readCronsAnew.ts'

/** Deletes a cron once its name was typed. */
export function confirmDelete({ id, name }: Schemas['Cron'], onDeleted?: () => void): void {
  const t = i18next.getFixedT(null, 'cronActions')
  confirm({
    title: t('deleteTitle', { name }),
    message: (
      <Stack gap="xs">
        <Text size="sm">{t('deleteText')}</Text>
        <Text size="sm" c="dimmed">
          {t('deleteKeeps')}
        </Text>
      </Stack>
    ),
    action: t('delete'),
    typed: name,
    onConfirm: async () => {
      await fetchClient.DELETE('/crons/{id}', { params: { path: { id } } })
      notifyDone(t('deleted', { name }))
      // First: the page of a cron that is gone must not read it again.
      onDeleted?.()
      void readCronsAnew()
    },
  })
}
