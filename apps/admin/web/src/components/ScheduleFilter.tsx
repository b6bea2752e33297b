import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../api/client.ts'

interface Props {
  value: number | undefined
  onChange: (id: number | null) => void
}

/** One schedule out of any number, found by a part of its title, or all. */
export function ScheduleFilter({ value, onChange }: Props) {
  const { t } = useTranslation(['scheduleCalendar', 'common'])
  const [typed, setTyped] = useState('')
  const [searched] = useDebouncedValue(typed.trim(), 250)
  const chosen = api.useQuery(
    'get',
    '/schedules/{id}',
    { params: { path: { id: value ?? 0 } } },
    { enabled: value !== undefined },
  )
  const title = value === undefined ? undefined : (chosen.data?.title ?? `#${value}`)
  const isSearch = searched !== '' && searched !== title && searched !== t('all')
  const { data } = api.useQuery('get', '/schedules', {
    params: { query: { size: 50, ...(isSearch ? { title: searched } : {}) } },
  })
  const found = (data?.items ?? [])
    .filter(({ id }) => id !== value)
    .map((schedule) => ({ value: String(schedule.id), label: schedule.title! }))
  return (
    <Select
      size="xs"
      w={{ base: '100%', xs: 240 }}
      aria-label={t('schedule')}
      data={[
        { value: '', label: t('all') },
        ...(value === undefined ? [] : [{ value: String(value), label: title! }]),
        ...found,
      ]}
      value={value === undefined ? '' : String(value)}
      onChange={(id) => onChange(id ? Number(id) : null)}
      onSearchChange={setTyped}
      // Admin has searched already.
      filter={({ options }) => options}
      nothingFoundMessage={t('common:table.noMatch')}
      maxDropdownHeight={320}
      allowDeselect={false}
      searchable
    />
  )
}
