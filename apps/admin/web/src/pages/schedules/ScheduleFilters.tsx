import { Box, Button, Group, Select } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFilter, IconSearch, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { FilterText } from '../../components/FilterText.tsx'
import classes from '../../components/filterBar.module.css'
import type { useFilters } from '../../components/useFilters.ts'
import { FREQUENCIES, LAST_STATUSES, STATES } from './scheduleFilter.ts'

interface Props {
  filters: ReturnType<typeof useFilters>
  /** None where there is nothing to clear. */
  onClear: (() => void) | undefined
}

/** What the list of schedules is narrowed by; it lives in the address. */
export function ScheduleFilters({ filters, onClear }: Props) {
  const { t } = useTranslation('schedules')
  const [isOpen, fold] = useDisclosure(false)
  const { get } = filters
  // What narrows the list begins it anew.
  const set = (changes: Record<string, string | null>) => filters.set({ ...changes, page: null })
  return (
    <Group gap="xs" mb="sm" role="search" aria-label={t('filters')}>
      <FilterText
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={get('title')}
        onChange={(title) => set({ title })}
        className={classes.search!}
      />
      <Button
        hiddenFrom="sm"
        variant="default"
        leftSection={<IconFilter size={16} aria-hidden />}
        aria-expanded={isOpen}
        onClick={fold.toggle}
      >
        {t('filters')}
      </Button>
      <Box className={classes.more} data-open={isOpen || undefined}>
        <FilterText
          aria-label={t('owner')}
          placeholder={t('owner')}
          value={get('owner')}
          onChange={(owner) => set({ owner })}
          w={{ sm: 120 }}
        />
        <FilterText
          aria-label={t('tag')}
          placeholder={t('tag')}
          value={get('tag')}
          onChange={(tag) => set({ tag })}
          w={{ sm: 120 }}
        />
        <Select
          aria-label={t('frequency')}
          placeholder={t('frequency')}
          data={FREQUENCIES.map((value) => ({ value, label: t(`frequencies.${value}`) }))}
          value={get('frequency') ?? null}
          onChange={(frequency) => set({ frequency })}
          clearable
          w={{ sm: 140 }}
        />
        <Select
          aria-label={t('status')}
          placeholder={t('status')}
          data={[
            {
              group: t('statusOf.schedule'),
              items: STATES.map((value) => ({ value, label: t(`state.${value}`) })),
            },
            {
              group: t('statusOf.lastRun'),
              items: LAST_STATUSES.map((value) => ({ value, label: t(`status.${value}`, { ns: 'common' }) })),
            },
          ]}
          value={get('status') ?? null}
          onChange={(status) => set({ status })}
          clearable
          w={{ sm: 140 }}
        />
        <Select
          aria-label={t('engineName')}
          placeholder={t('engineName')}
          data={[
            { value: 'jobu', label: 'jobu' },
            { value: 'airflow', label: 'Airflow' },
          ]}
          value={get('engine') ?? null}
          onChange={(engine) => set({ engine })}
          clearable
          w={{ sm: 110 }}
        />
      </Box>
      {onClear && (
        <Button variant="subtle" color="gray" leftSection={<IconX size={16} aria-hidden />} onClick={onClear}>
          {t('table.clearFilters', { ns: 'common' })}
        </Button>
      )}
    </Group>
  )
}
