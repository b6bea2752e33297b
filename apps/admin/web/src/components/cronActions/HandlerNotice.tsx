import { Alert } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'

/** Says that nobody runs a handler at this moment, where it is so. */
export function HandlerNotice({ name }: { name: string }) {
  const { t } = useTranslation('cronActions')
  const { data } = api.useQuery(
    'get',
    '/handlers/{name}',
    { params: { path: { name } } },
    { enabled: name !== '' },
  )
  if (!data || data.is_served) return null
  return (
    <Alert color="orange" icon={<IconPlugConnectedX aria-hidden />} role="status">
      {t('notServed', { name })}
    </Alert>
  )
}
