import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client.ts'

const SHOWN = 30
const SETTLE_MS = 200

/** One cron out of any number, found by a part of its name. */
export function CronPicker({
  value,
  onChange,
}: {
  value: number | undefined
  onChange: (id: number | null) => void
}) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed.trim(), SETTLE_MS)
  const chosen = api.useQuery(
    'get',
    '/crons/{id}',
    { params: { path: { id: value ?? 0 } } },
    { enabled: value !== undefined },
  )
  // What the field says of itself is no search.
  const isSearch = q !== '' && q !== t('picker.allCrons') && q !== chosen.data?.name
  const { data } = api.useQuery('get', '/crons', {
    params: {
      query: {
        ...(isSearch ? { q } : {}),
        size: SHOWN,
        order_by: 'name' as const,
        fields: ['id', 'name'],
      },
    },
  })
  const names = new Map(data?.items.map(({ id, name }) => [String(id), name ?? '']))
  if (value !== undefined) names.set(String(value), chosen.data?.name ?? `#${value}`)
  return (
    <Select
      size="xs"
      w={{ base: '100%', xs: 230 }}
      aria-label={t('picker.cron')}
      data={[
        { value: '', label: t('picker.allCrons') },
        ...[...names].map(([id, name]) => ({ value: id, label: name })),
      ]}
      value={value === undefined ? '' : String(value)}
      onChange={(id) => onChange(id ? Number(id) : null)}
      onSearchChange={setTyped}
      // Admin has searched already.
      filter={({ options }) => options}
      nothingFoundMessage={t('table.noMatch')}
      maxDropdownHeight={320}
      allowDeselect={false}
      searchable
    />
  )
}
