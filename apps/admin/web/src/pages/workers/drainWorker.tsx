import { Stack, Text } from '@mantine/core'
import i18next from 'i18next'
import { fetchClient, queryClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone } from '../../components/notify.tsx'

/** @param isLast  whether no other worker takes work */
export function drainWorker({ id, execution_ids }: Schemas['Worker'], isLast: boolean): void {
  const t = i18next.getFixedT(null, 'workers', 'drain')
  const count = execution_ids.length
  confirm({
    title: t('title'),
    message: (
      <Stack gap="xs">
        <Text size="sm">{t('text', { id })}</Text>
        <Text size="sm">{count > 0 ? t('holds', { count }) : t('holdsNone')}</Text>
        {isLast && (
          <Text size="sm" fw={650}>
            {t('last')}
          </Text>
        )}
      </Stack>
    ),
    action: t('action'),
    onConfirm: async () => {
      await fetchClient.POST('/workers/{id}/drain', { params: { path: { id } } })
      notifyDone(t('done', { id }))
      await queryClient.invalidateQueries({ queryKey: ['get', '/workers'] })
    },
  })
}
