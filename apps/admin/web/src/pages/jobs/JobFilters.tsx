import { Button, Chip, Collapse, Group, Paper, Select } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconSearch, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { FilterText } from '../../components/FilterText.tsx'
import { STATUS_COLOR, STATUSES } from '../../components/status.ts'
import { useNarrowerThan } from '../../components/useNarrowerThan.ts'
import { CronFilter, HandlerFilter, QueueFilter } from './choiceFilters.tsx'
import classes from './JobFilters.module.css'
import { SaveFilter } from './SaveFilter.tsx'
import { TimeFilter } from './TimeFilter.tsx'
import type { JobRow } from './useJobColumns.tsx'
import { type JobFilterState, SOURCES } from './useJobFilter.ts'

const PRIORITY = /^-?\d{1,5}$/

/** What narrows the list; all of it is in the address. */
export function JobFilters({ state, rows }: { state: JobFilterState; rows: JobRow[] }) {
  const { t } = useTranslation(['jobs', 'common'])
  const { get, set, statuses, sources, filter, isEmpty, clear } = state
  const isNarrow = useNarrowerThan('sm')
  const [isOpen, { toggle }] = useDisclosure(false)
  const { status: _, q: __, ...others } = filter
  const otherCount = Object.keys(others).length
  return (
    <Paper withBorder p="xs" component="search" aria-label={t('filter.label')}>
      <Group gap="xs">
        <FilterText
          size="xs"
          aria-label={t('filter.q')}
          placeholder={t('filter.qHint')}
          value={get('q')}
          onChange={(q) => set({ q })}
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
          <FilterText
            size="xs"
            aria-label={t('filter.priority')}
            placeholder={t('filter.priority')}
            value={get('priority')}
            onChange={(priority) => set({ priority })}
            className={classes.short!}
            accepts={PRIORITY}
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
