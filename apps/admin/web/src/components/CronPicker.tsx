import { Select } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client.ts'
import { useCronSearch } from './useCronSearch.ts'

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
  const chosen = api.useQuery(
    'get',
    '/crons/{id}',
    { params: { path: { id: value ?? 0 } } },
    { enabled: value !== undefined },
  )
  const { found } = useCronSearch(typed, [t('picker.allCrons'), chosen.data?.name])
  const isFound = found.some((one) => one.value === String(value))
  const current =
    value === undefined || isFound ? [] : [{ value: String(value), label: chosen.data?.name ?? `#${value}` }]
  return (
    <Select
      size="xs"
      w={{ base: '100%', xs: 230 }}
      aria-label={t('picker.cron')}
      data={[{ value: '', label: t('picker.allCrons') }, ...current, ...found]}
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
