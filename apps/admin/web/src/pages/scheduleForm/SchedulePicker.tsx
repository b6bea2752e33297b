import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { api } from '../../api/client.ts'

interface Props {
  value: number | null
  onChange: (id: number | null) => void
  error: string | undefined
  path: string
}

/** Another schedule, found by a part of its title. */
export function SchedulePicker({ value, onChange, error, path }: Props) {
  const { t } = useTranslation('scheduleForm')
  const own = useParams().id
  const [typed, setTyped] = useState('')
  const [searched] = useDebouncedValue(typed.trim(), 250)
  const chosen = api.useQuery(
    'get',
    '/schedules/{id}',
    { params: { path: { id: value ?? 0 } } },
    { enabled: value !== null },
  )
  const title = value === null ? undefined : (chosen.data?.title ?? `#${value}`)
  const { data } = api.useQuery('get', '/schedules', {
    params: { query: { size: 50, ...(searched && searched !== title ? { title: searched } : {}) } },
  })
  const found = (data?.items ?? [])
    // One that runs itself would never end.
    .filter(({ id }) => String(id) !== own && id !== value)
    .map((schedule) => ({ value: String(schedule.id), label: schedule.title }))
  return (
    <Select
      label={t('label.schedule_id')}
      required
      searchable
      data={[...(value === null ? [] : [{ value: String(value), label: title! }]), ...found]}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      onSearchChange={setTyped}
      // Admin has searched already.
      filter={({ options }) => options}
      placeholder={t('chooseSchedule')}
      nothingFoundMessage={t('table.noMatch', { ns: 'common' })}
      error={error}
      data-path={path}
    />
  )
}
