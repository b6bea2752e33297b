import { Button, Group, Select, SimpleGrid } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFilter, IconSearch } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { FilterText } from '../../components/FilterText.tsx'
import { InstantPicker } from '../../components/InstantPicker.tsx'
import type { useFilters } from '../../components/useFilters.ts'
import { AUDIT_ACTIONS, AUDIT_TARGETS, actionText, targetText } from './auditActions.ts'

const MORE = ['actor', 'action', 'target_type', 'target_id', 'from', 'to'] as const

/** What the log is narrowed to; all of it in the address. */
export function AuditFilters({ filters }: { filters: ReturnType<typeof useFilters> }) {
  const { t } = useTranslation('audit')
  const { get, set, clear, isEmpty } = filters
  const [isOpen, more] = useDisclosure(MORE.some((name) => get(name)))
  const text = (name: string) => ({
    value: get(name),
    onChange: (next: string) => set({ [name]: next }),
  })
  const groups = Object.entries(
    AUDIT_ACTIONS.reduce<Record<string, Array<{ value: string; label: string }>>>((all, value) => {
      const group = targetText(value.startsWith('auth') ? 'session' : value.split('.')[0]!)
      all[group] = [...(all[group] ?? []), { value, label: actionText(value) }]
      return all
    }, {}),
  ).map(([group, items]) => ({ group, items }))
  return (
    <>
      <Group gap="sm" mb="sm">
        <FilterText
          type="search"
          aria-label={t('filter.q')}
          placeholder={t('filter.q')}
          leftSection={<IconSearch size={16} aria-hidden />}
          w={{ base: '100%', xs: 300 }}
          {...text('q')}
        />
        <Button
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          onClick={more.toggle}
          aria-expanded={isOpen}
        >
          {t('filter.more')}
        </Button>
        {!isEmpty && (
          <Button variant="subtle" onClick={clear}>
            {t('table.clearFilters', { ns: 'common' })}
          </Button>
        )}
      </Group>
      {isOpen && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 6 }} spacing="sm" mb="md">
          <FilterText label={t('filter.actor')} {...text('actor')} />
          <Select
            label={t('filter.action')}
            data={groups}
            searchable
            clearable
            value={get('action') ?? null}
            onChange={(value) => set({ action: value })}
          />
          <Select
            label={t('filter.targetType')}
            data={AUDIT_TARGETS.map((value) => ({ value, label: targetText(value) }))}
            clearable
            value={get('target_type') ?? null}
            onChange={(value) => set({ target_type: value })}
          />
          <FilterText label={t('filter.targetId')} {...text('target_id')} />
          <InstantPicker
            label={t('filter.from')}
            value={get('from')}
            onChange={(at) => set({ from: at })}
            clearable
          />
          <InstantPicker
            label={t('filter.to')}
            value={get('to')}
            onChange={(at) => set({ to: at })}
            clearable
          />
        </SimpleGrid>
      )}
    </>
  )
}
