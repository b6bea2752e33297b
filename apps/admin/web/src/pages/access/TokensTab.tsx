import { Badge, Button, Code, Group, Pagination, Stack, Switch, Text } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { openForm } from '../../components/openForm.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { revokeToken } from './revokeToken.tsx'
import { TokenForm } from './TokenForm.tsx'

type Token = Schemas['ApiToken']
const SIZE = 200
const STATE_COLOR = { active: 'teal', expired: 'gray', revoked: 'gray' } as const

function stateOf({ revoked_at, expires_at }: Token) {
  if (revoked_at) return 'revoked'
  return expires_at && Date.parse(expires_at) <= Date.now() ? 'expired' : 'active'
}

export function TokensTab() {
  const { t } = useTranslation(['access', 'common'])
  const { get, set } = useFilters()
  const withEnded = get('ended') === 'true'
  const page = Number(get('page') ?? 1) || 1
  const query = api.useQuery(
    'get',
    '/tokens',
    { params: { query: { page, size: SIZE } } },
    { placeholderData: keepPreviousData },
  )
  const all = listOf<Token>(query)
  const rows = all.rows.filter((token) => withEnded || stateOf(token) === 'active')
  const hidden = all.rows.length - rows.length
  const openNew = () => openForm(t('tokens.new'), (window) => <TokenForm {...window} />)
  const columns: Column<Token>[] = [
    {
      id: 'name',
      header: t('field.name'),
      isFixed: true,
      cell: ({ name }) => (
        <Text size="sm" fw={600} truncate maw={{ base: 130, sm: 320 }} title={name}>
          {name}
        </Text>
      ),
    },
    {
      id: 'prefix',
      header: t('field.prefix'),
      hideBelow: 'md',
      cell: ({ prefix }) => <Code>{prefix}</Code>,
    },
    {
      id: 'role',
      header: t('field.role'),
      cell: ({ role }) => t(`role.${role}`, { ns: 'common' }),
    },
    {
      id: 'state',
      header: t('field.state'),
      hideBelow: 'sm',
      cell: (token) => {
        const state = stateOf(token)
        return (
          <Badge size="sm" variant="light" tt="none" className="jobu-badge" color={STATE_COLOR[state]}>
            {t(`tokens.${state}`)}
          </Badge>
        )
      },
    },
    {
      id: 'expires',
      header: t('field.expires'),
      hideBelow: 'sm',
      cell: ({ expires_at }) => (expires_at ? <RelativeTime at={expires_at} /> : t('tokens.noEnd')),
    },
    {
      id: 'lastUsed',
      header: t('field.lastUsed'),
      hideBelow: 'sm',
      cell: ({ last_used_at }) => (last_used_at ? <RelativeTime at={last_used_at} /> : t('never')),
    },
    { id: 'createdBy', header: t('field.createdBy'), hideBelow: 'lg', cell: ({ created_by }) => created_by },
    {
      id: 'created',
      header: t('field.created'),
      hideBelow: 'lg',
      cell: ({ created_at }) => <Instant at={created_at} />,
    },
    {
      id: 'actions',
      header: t('actions', { ns: 'common' }),
      isFixed: true,
      width: 90,
      isNumber: true,
      cell: (token) =>
        token.revoked_at === null && (
          <Button
            size="compact-sm"
            mih={36}
            variant="subtle"
            color="red"
            onClick={() => revokeToken(token)}
            aria-label={`${t('tokens.revoke')}: ${token.name}`}
          >
            {t('tokens.revoke')}
          </Button>
        ),
    },
  ]
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Switch
          label={t('tokens.showEnded')}
          checked={withEnded}
          onChange={() => set({ ended: withEnded ? null : 'true' })}
        />
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={openNew}>
          {t('tokens.new')}
        </Button>
      </Group>
      <DataTable
        name="tokens"
        label={t('tab.tokens')}
        columns={columns}
        list={{ ...all, rows }}
        rowKey={({ id }) => id}
        toolbar={
          <Text size="sm" c="dimmed">
            {t('table.shown', { ns: 'common', count: rows.length })}
            {hidden > 0 && `. ${t('tokens.ended', { count: hidden })}`}
          </Text>
        }
        empty={
          <EmptyState title={t('tokens.emptyTitle')} text={t('tokens.emptyText')} icon={IconKey}>
            <Button variant="light" onClick={openNew}>
              {t('tokens.new')}
            </Button>
          </EmptyState>
        }
      />
      {(query.data?.pages ?? 1) > 1 && (
        <Pagination
          total={query.data?.pages ?? 1}
          value={page}
          onChange={(next) => set({ page: String(next) })}
        />
      )}
    </Stack>
  )
}
