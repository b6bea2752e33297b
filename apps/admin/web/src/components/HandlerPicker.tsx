import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client.ts'

/** One of the handlers that exist, or a name from the address that none has any more. */
export function HandlerPicker({
  value,
  onChange,
}: {
  value: string | undefined
  onChange: (name: string | null) => void
}) {
  const { t } = useTranslation()
  const { data } = api.useQuery('get', '/handlers', { params: { query: { size: 200, fields: ['name'] } } })
  const names = new Set(data?.items.map(({ name }) => name ?? ''))
  if (value) names.add(value)
  return (
    <Select
      size="xs"
      w={{ base: '100%', xs: 180 }}
      aria-label={t('picker.handler')}
      data={[{ value: '', label: t('picker.allHandlers') }, ...names]}
      value={value ?? ''}
      onChange={(name) => onChange(name || null)}
      nothingFoundMessage={t('table.noMatch')}
      allowDeselect={false}
      searchable
    />
  )
}
