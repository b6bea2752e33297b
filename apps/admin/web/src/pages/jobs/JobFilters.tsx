import { Button, Chip, Collapse, Group, Paper, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure, useMediaQuery } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconSearch, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { STATUS_COLOR, STATUSES } from '../../components/status.ts'
import { CronFilter, HandlerFilter, QueueFilter } from './choiceFilters.tsx'
import classes from './JobFilters.module.css'
import type { JobRow } from './jobColumns.tsx'
import { SaveFilter } from './SaveFilter.tsx'
import { TimeFilter } from './TimeFilter.tsx'
import { type JobFilterState, SOURCES } from './useJobFilter.ts'

/** What narrows the list; all of it is in the address. */
export function JobFilters({ state, rows }: { state: JobFilterState; rows: JobRow[] }) {
  const { t } = useTranslation(['jobs', 'common'])
  const { set, statuses, sources, filter, isEmpty, clear } = state
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const [isOpen, { toggle }] = useDisclosure(false)
  const { status: _, q: __, ...others } = filter
  const otherCount = Object.keys(others).length
  return (
    <Paper withBorder p="xs" component="search" aria-label={t('filter.label')}>
      <Group gap="xs">
        <TextFilter
          name="q"
          label={t('filter.q')}
          placeholder={t('filter.qHint')}
          state={state}
          className={classes.search!}
          leftSection={<IconSearch size={16} aria-hidden />}
        />
        <Chip.Group multiple value={statuses} onChange={(status) => set({ status })}>
          <Group gap={6} role="group" aria-label={t('filter.status')}>
            {STATUSES.map((status) => (
              <Chip
                key={status}
                value={status}
                color={STATUS_COLOR[status]}
                size="xs"
                variant="light"
                classNames={{ label: classes.chip! }}
              >
                {t(`common:status.${status}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        {isNarrow && (
          <Button
            size="xs"
            h={36}
            variant="default"
            leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
            onClick={toggle}
            aria-expanded={isOpen}
          >
            {otherCount > 0 ? t('filter.moreCount', { number: otherCount }) : t('filter.more')}
          </Button>
        )}
      </Group>
      <Collapse expanded={!isNarrow || isOpen}>
        <Group gap="xs" mt="xs">
          <TimeFilter state={state} />
          <CronFilter state={state} rows={rows} />
          <HandlerFilter state={state} />
          <QueueFilter state={state} />
          <Select
            size="xs"
            className={classes.choice!}
            aria-label={t('filter.source')}
            placeholder={t('filter.source')}
            data={SOURCES.map((value) => ({ value, label: t(`source.${value}`) }))}
            value={sources[0] ?? null}
            onChange={(source) => set({ source })}
            clearable
          />
          <TextFilter
            name="priority"
            label={t('filter.priority')}
            placeholder={t('filter.priority')}
            state={state}
            className={classes.short!}
            accepts={/^-?\d{1,5}$/}
          />
          {!isEmpty && (
            <Button
              size="xs"
              h={30}
              variant="subtle"
              leftSection={<IconX size={14} aria-hidden />}
              onClick={clear}
            >
              {t('filter.clear')}
            </Button>
          )}
          <SaveFilter />
        </Group>
      </Collapse>
    </Paper>
  )
}

/** A text of the address, a moment after it was typed. */
function TextFilter({
  name,
  label,
  state: { get, set },
  accepts = /./,
  ...props
}: {
  name: string
  label: string
  placeholder: string
  state: JobFilterState
  className: string
  /** What else is typed is not asked for. */
  accepts?: RegExp
  leftSection?: React.ReactNode
}) {
  const value = get(name) ?? ''
  const [text, setText] = useState(value)
  const sent = useRef(value)
  // Back, a saved filter or "clear" changed it.
  useEffect(() => {
    if (value !== sent.current) setText(value)
    sent.current = value
  }, [value])
  const send = useDebouncedCallback((next: string) => {
    sent.current = next
    set({ [name]: next })
  }, 300)
  return (
    <TextInput
      {...props}
      size="xs"
      aria-label={label}
      value={text}
      error={text !== '' && !accepts.test(text)}
      onChange={({ currentTarget }) => {
        const next = currentTarget.value
        setText(next)
        if (next === '' || accepts.test(next)) send(next.trim())
      }}
    />
  )
}
