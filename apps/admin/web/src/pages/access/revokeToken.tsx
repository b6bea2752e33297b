import { Stack, Text } from '@mantine/core'
import i18next from 'i18next'
import { fetchClient, queryClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { formatRelative } from '../../time/format.ts'

export function revokeToken({ id, name, prefix, last_used_at }: Schemas['ApiToken']): void {
  const t = i18next.getFixedT(null, 'access', 'tokens')
  confirm({
    title: t('revokeTitle', { name }),
    message: (
      <Stack gap="xs">
        <Text size="sm">{t('revokeText', { prefix })}</Text>
        <Text size="sm">
          {last_used_at
            ? t('revokeUsed', { time: formatRelative(last_used_at, i18next.language) })
            : t('revokeUnused')}
        </Text>
      </Stack>
    ),
    action: t('revoke'),
    onConfirm: async () => {
      await fetchClient.DELETE('/tokens/{id}', { params: { path: { id } } })
      notifyDone(t('revokeDone', { name }))
      await queryClient.invalidateQueries({ queryKey: ['get', '/tokens'] })
    },
  })
}
