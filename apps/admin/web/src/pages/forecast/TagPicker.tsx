import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'

/** One of the tags that crons have, or one from the address that none has any more. */
export function TagPicker({
  value,
  onChange,
}: {
  value: string | undefined
  onChange: (tag: string | null) => void
}) {
  const { t } = useTranslation(['forecast', 'common'])
  const { data } = api.useQuery('get', '/crons/facets')
  const names = new Set(data?.tags.map(({ name }) => name))
  if (value) names.add(value)
  return (
    <Select
      size="xs"
      w={{ base: '100%', xs: 150 }}
      aria-label={t('tag')}
      data={[{ value: '', label: t('allTags') }, ...names]}
      value={value ?? ''}
      onChange={(name) => onChange(name || null)}
      nothingFoundMessage={t('common:table.noMatch')}
      allowDeselect={false}
      searchable
    />
  )
}
