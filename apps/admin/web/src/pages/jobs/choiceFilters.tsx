import { Autocomplete, Select } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { errorText } from '../../components/ErrorNotice.tsx'
import { useCronSearch } from '../../components/useCronSearch.ts'
import { cronName } from './filterInWords.ts'
import classes from './JobFilters.module.css'
import type { JobRow } from './useJobColumns.tsx'
import type { JobFilterState } from './useJobFilter.ts'

// What there is to choose from is asked for once someone opens the list: rows come first.

/** One cron, found by its name. */
export function CronFilter({ state: { get, set }, rows }: { state: JobFilterState; rows: JobRow[] }) {
  const { t } = useTranslation(['jobs', 'common'])
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState('')
  const value = get('cron') ?? null
  const current = value === null ? null : { value, label: cronName(Number(value), rows) }
  const { found, error, isFetching } = useCronSearch(text, [current?.label], isOpen)
  return (
    <Select
      size="xs"
      className={classes.choice!}
      aria-label={t('filter.cron')}
      placeholder={t('filter.cron')}
      data={current && !found.some((one) => one.value === value) ? [current, ...found] : found}
      // Admin has looked already.
      filter={({ options }) => options}
      value={value}
      onChange={(cron) => set({ cron })}
      onDropdownOpen={() => setOpen(true)}
      onSearchChange={setText}
      nothingFoundMessage={error ? errorText(error) : t(isFetching ? 'common:loading' : 'filter.none')}
      comboboxProps={{ width: 320, position: 'bottom-start' }}
      searchable
      clearable
    />
  )
}

export function HandlerFilter({ state: { get, set } }: { state: JobFilterState }) {
  const { t } = useTranslation(['jobs', 'common'])
  const [isOpen, setOpen] = useState(false)
  const value = get('handler') ?? null
  const { data, error, isPending } = api.useQuery(
    'get',
    '/handlers',
    { params: { query: { size: 200 } } },
    { enabled: isOpen },
  )
  const names = (data?.items ?? []).map(({ name }) => name!)
  return (
    <Select
      size="xs"
      className={classes.choice!}
      aria-label={t('filter.handler')}
      placeholder={t('filter.handler')}
      data={[...new Set([...(value === null ? [] : [value]), ...names])]}
      value={value}
      onChange={(handler) => set({ handler })}
      onDropdownOpen={() => setOpen(true)}
      nothingFoundMessage={error ? errorText(error) : t(isPending ? 'common:loading' : 'filter.none')}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
      searchable
      clearable
    />
  )
}

/** Any name: a queue may have had executions that no worker serves now. */
export function QueueFilter({ state: { get, set } }: { state: JobFilterState }) {
  const { t } = useTranslation(['jobs', 'common'])
  const [isOpen, setOpen] = useState(false)
  const { data } = api.useQuery('get', '/queues', { params: { query: { size: 200 } } }, { enabled: isOpen })
  const [text, setText] = useState<string | null>(null)
  const value = get('queue') ?? ''
  const submit = (queue: string) => {
    setText(null)
    if (queue !== value) set({ queue })
  }
  return (
    <Autocomplete
      size="xs"
      className={classes.choice!}
      aria-label={t('filter.queue')}
      placeholder={t('filter.queue')}
      data={(data?.items ?? []).map(({ name }) => name)}
      value={text ?? value}
      onChange={setText}
      onOptionSubmit={submit}
      onFocus={() => setOpen(true)}
      onBlur={() => text !== null && submit(text.trim())}
      onKeyDown={({ key }) => key === 'Enter' && text !== null && submit(text.trim())}
      onClear={() => submit('')}
      clearable
    />
  )
}
