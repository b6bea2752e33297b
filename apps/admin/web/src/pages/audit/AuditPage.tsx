import { Button, Group, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { useList } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { Instant } from '../../time/Instant.tsx'
import { AuditFilters } from './AuditFilters.tsx'
import { actionText, actorKindText } from './auditActions.ts'
import { browserOf } from './browserOf.ts'
import { changesOf } from './changes.ts'
import { EntryDrawer } from './EntryDrawer.tsx'
import { TargetLink } from './TargetLink.tsx'

type Entry = Schemas['AuditEntry']
const FIELDS = ['q', 'actor', 'action', 'target_type', 'target_id', 'from', 'to'] as const

export default function AuditPage() {
  const { t } = useTranslation('audit')
  const filters = useFilters()
  const query = Object.fromEntries(
    FIELDS.flatMap((name) => (filters.get(name) ? [[name, filters.get(name)]] : [])),
  )
  const list = useList<Entry>('/audit', query)
  const [entry, setEntry] = useState<Entry | null>(null)
  const columns: Column<Entry>[] = [
    {
      id: 'at',
      header: t('column.at'),
      width: 210,
      isFixed: true,
      cell: ({ at, actor_name }) => (
        <>
          <Instant at={at} />
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            {actor_name}
          </Text>
        </>
      ),
    },
    {
      id: 'actor',
      header: t('column.actor'),
      hideBelow: 'sm',
      cell: ({ actor_name, actor_kind }) => (
        <Group gap={6} wrap="nowrap">
          <Text size="sm" truncate maw={160} title={actor_name}>
            {actor_name}
          </Text>
          {actor_kind !== 'user' && (
            <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {actorKindText(actor_kind)}
            </Text>
          )}
        </Group>
      ),
    },
    {
      id: 'action',
      header: t('column.action'),
      isFixed: true,
      cell: (row) => (
        <Button
          variant="subtle"
          size="compact-sm"
          px={4}
          ml={-4}
          mih={36}
          onClick={() => setEntry(row)}
          aria-label={`${actionText(row.action)}. ${t('diff.open', { id: row.id })}`}
        >
          {actionText(row.action)}
        </Button>
      ),
    },
    { id: 'target', header: t('column.target'), hideBelow: 'sm', cell: (row) => <TargetLink entry={row} /> },
    { id: 'change', header: t('column.change'), hideBelow: 'md', cell: (row) => <Summary entry={row} /> },
    {
      id: 'address',
      header: t('column.address'),
      isHidden: true,
      cell: ({ address }) => address ?? '–',
    },
    {
      id: 'request',
      header: t('column.request'),
      isHidden: true,
      cell: ({ request_id }) => (
        <Text size="xs" ff="monospace">
          {request_id ?? '–'}
        </Text>
      ),
    },
  ]
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <AuditFilters filters={filters} />
      <DataTable
        name="audit"
        label={t('title')}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        empty={
          filters.isEmpty ? (
            <EmptyState title={t('table.empty', { ns: 'common' })} text={t('empty')} icon={IconHistory} />
          ) : (
            <EmptyState title={t('table.noMatch', { ns: 'common' })} icon={IconHistory}>
              <Button variant="light" onClick={filters.clear}>
                {t('table.clearFilters', { ns: 'common' })}
              </Button>
            </EmptyState>
          )
        }
      />
      <EntryDrawer entry={entry} onClose={() => setEntry(null)} />
    </>
  )
}

/** The first field that changed, and how many more did. */
function Summary({ entry }: { entry: Entry }) {
  const { t } = useTranslation('audit')
  const [first, ...others] = changesOf(entry)
  if (!first) return null
  const browser = first.field === 'user_agent' ? browserOf(first.after ?? '') : undefined
  if (browser)
    return (
      <Text size="xs" c="dimmed" title={first.after}>
        {t('diff.browser', browser)}
      </Text>
    )
  const value = (text: string | undefined) => (text ?? t('diff.absent')).replace(/\s+/g, ' ')
  const isChange = entry.before !== null && entry.after !== null
  return (
    <Group gap={6} wrap="nowrap" maw={{ md: 240, xl: 420 }}>
      <Text size="xs" ff="monospace" truncate title={value(first.after ?? first.before)}>
        {first.field}: {isChange && `${value(first.before)} → `}
        {value(entry.after === null ? first.before : first.after)}
      </Text>
      {others.length > 0 && (
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {t('diff.moreFields', { count: others.length })}
        </Text>
      )}
    </Group>
  )
}
