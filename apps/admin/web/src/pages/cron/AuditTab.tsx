import { Button, Code, Stack, Text } from '@mantine/core'
import { IconExternalLink, IconLock } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.tsx'
import { useList } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { Instant } from '../../time/Instant.tsx'

type Entry = Schemas['AuditEntry']
const ACTIONS = ['create', 'update', 'toggle', 'delete', 'trigger', 'backfill'] as const
/** What changes with every change says nothing. */
const NOISE = new Set(['version', 'updated_at', 'next_run_at', 'allow_overlap', 'run_count'])
const FIELDS_SHOWN = 4

/** Who changed this cron, for whom it may be shown. */
export function AuditTab({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation(['cron', 'common'])
  const { role } = useSession()
  if (useMay('admin')) return <Entries cron={cron} />
  return (
    <EmptyState
      title={t('audit.forbidden')}
      text={t('audit.forbiddenText', { role: t(`common:role.${role}`) })}
      icon={IconLock}
    />
  )
}

function Entries({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  const list = useList<Entry>('/audit', { target_type: 'cron', target_id: String(cron.id) })
  const columns: Column<Entry>[] = [
    { id: 'at', header: t('audit.at'), width: 200, isFixed: true, cell: ({ at }) => <Instant at={at} /> },
    {
      id: 'actor',
      header: t('audit.actor'),
      width: 150,
      cell: ({ actor_name, address }) => (
        <Text span inherit title={address ?? undefined} style={{ overflowWrap: 'anywhere' }}>
          {actor_name}
        </Text>
      ),
    },
    {
      id: 'action',
      header: t('audit.action'),
      width: 150,
      isFixed: true,
      cell: ({ action }) => {
        const known = ACTIONS.find((one) => action === `cron.${one}`)
        return known ? t(`audit.action_${known}`) : action
      },
    },
    {
      id: 'changes',
      header: t('audit.changes'),
      hideBelow: 'sm',
      cell: (entry) => <Changes entry={entry} />,
    },
  ]
  return (
    <Stack gap="sm">
      <DataTable
        name="cron-audit"
        label={t('audit.table', { name: cron.name })}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        maxHeight="calc(100dvh - 200px)"
        empty={<EmptyState title={t('audit.empty')} text={t('audit.emptyText')} />}
      />
      <Button
        component={Link}
        to={`/audit?target_type=cron&target_id=${cron.id}`}
        variant="subtle"
        size="xs"
        leftSection={<IconExternalLink size={14} aria-hidden />}
        style={{ alignSelf: 'flex-start' }}
      >
        {t('audit.open')}
      </Button>
    </Stack>
  )
}

function Changes({ entry: { before, after, action } }: { entry: Entry }) {
  const { t } = useTranslation('cron')
  if (action === 'cron.create' && after)
    return t('audit.created', { expression: String(after.cron_expression), zone: String(after.timezone) })
  if (!after) return t('audit.removed')
  const fields = Object.keys(after).filter((field) => !NOISE.has(field))
  if (fields.length === 0) return <Text c="dimmed">{t('audit.nothing')}</Text>
  const show = (value: unknown) =>
    value === null || value === undefined
      ? t('audit.wasEmpty')
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  return (
    <Stack gap={2} py={4}>
      {fields.slice(0, FIELDS_SHOWN).map((field) => (
        <Text key={field} size="sm" style={{ overflowWrap: 'anywhere' }} lineClamp={2}>
          <Code>{field}</Code>{' '}
          {before && field in before && (
            <>
              <Text span inherit c="dimmed" td="line-through">
                {show(before[field])}
              </Text>{' '}
              {'→ '}
            </>
          )}
          {show(after[field])}
        </Text>
      ))}
      {fields.length > FIELDS_SHOWN && (
        <Text size="xs" c="dimmed">
          {t('audit.more', { count: fields.length - FIELDS_SHOWN })}
        </Text>
      )}
    </Stack>
  )
}
