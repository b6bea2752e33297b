import { Box, Button, Group, MultiSelect, Select } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFilter, IconSearch, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { FilterText } from '../../components/FilterText.tsx'
import classes from '../../components/filterBar.module.css'
import type { useFilters } from '../../components/useFilters.ts'
import { LAST_STATUSES } from './cronFilter.ts'

interface Props {
  filters: ReturnType<typeof useFilters>
  /** None where there is nothing to clear. */
  onClear: (() => void) | undefined
}

/** What the list of crons is narrowed by; it lives in the address. */
export function CronFilters({ filters, onClear }: Props) {
  const { t } = useTranslation('crons')
  const { data: facets } = api.useQuery('get', '/crons/facets')
  const { get, all, set } = filters
  const counted = (items: Array<{ name: string; count: number }> = [], chosen: string[] = []) => [
    ...items.map(({ name, count }) => ({ value: name, label: `${name} (${count})` })),
    // One that no cron has any more is still what the list is narrowed by.
    ...chosen.filter((name) => !items.some((item) => item.name === name)),
  ]
  const [isOpen, fold] = useDisclosure(false)
  const [owner, handler] = [get('owner'), get('handler_name')]
  return (
    <Group gap="xs" mb="sm" role="search" aria-label={t('filters')}>
      <FilterText
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={get('q')}
        onChange={(q) => set({ q })}
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
        <MultiSelect
          aria-label={t('tags')}
          placeholder={all('tag').length === 0 ? t('tags') : undefined}
          data={counted(facets?.tags, all('tag'))}
          value={all('tag')}
          onChange={(tag) => set({ tag })}
          searchable
          clearable
          miw={{ sm: 130 }}
          maw={{ sm: 280 }}
        />
        <Select
          aria-label={t('owner')}
          placeholder={t('owner')}
          data={counted(facets?.owners, owner ? [owner] : [])}
          value={owner ?? null}
          onChange={(next) => set({ owner: next })}
          searchable
          clearable
          w={{ sm: 130 }}
        />
        <Select
          aria-label={t('handler')}
          placeholder={t('handler')}
          data={counted(facets?.handlers, handler ? [handler] : [])}
          value={handler ?? null}
          onChange={(next) => set({ handler_name: next })}
          searchable
          clearable
          w={{ sm: 140 }}
        />
        <Select
          aria-label={t('enabled')}
          placeholder={t('enabled')}
          data={[
            { value: 'true', label: t('isEnabled') },
            { value: 'false', label: t('isDisabled') },
          ]}
          value={get('is_enabled') ?? null}
          onChange={(next) => set({ is_enabled: next })}
          clearable
          w={{ sm: 120 }}
        />
        <MultiSelect
          aria-label={t('lastStatus')}
          placeholder={all('last_status').length === 0 ? t('lastStatus') : undefined}
          data={LAST_STATUSES.map((status) => ({
            value: status,
            label: t(`status.${status}`, { ns: 'common' }),
          }))}
          value={all('last_status')}
          onChange={(next) => set({ last_status: next })}
          clearable
          miw={{ sm: 130 }}
          maw={{ sm: 280 }}
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
