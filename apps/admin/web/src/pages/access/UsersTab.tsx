import { Badge, Button, Group, Pagination, Select, Stack, Text } from '@mantine/core'
import { IconPlus, IconSearch, IconUsers } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { useSession } from '../../api/session.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { FilterText } from '../../components/FilterText.tsx'
import { openForm } from '../../components/openForm.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { UserActions } from './UserActions.tsx'
import { UserForm } from './UserForm.tsx'

type User = Schemas['User']
const SIZE = 100
const ROLES = ['viewer', 'operator', 'admin'] as const

export function UsersTab() {
  const { t } = useTranslation(['access', 'common'])
  const { id: ownId, kind } = useSession()
  const { get, set } = useFilters()
  const q = get('q')
  const role = ROLES.find((one) => one === get('role'))
  const order = get('sort') ?? 'name'
  const page = Number(get('page') ?? 1) || 1
  const query = api.useQuery(
    'get',
    '/users',
    {
      params: {
        query: { page, size: SIZE, order_by: order as 'name', ...(q && { q }), ...(role && { role }) },
      },
    },
    { placeholderData: keepPreviousData },
  )
  const admins = api.useQuery('get', '/users', {
    params: { query: { role: 'admin', is_enabled: true, size: 1 } },
  })
  const list = listOf<User>(query)
  const isOwn = ({ id }: User) => kind === 'user' && id === ownId
  const columns: Column<User>[] = [
    {
      id: 'name',
      header: t('field.name'),
      isFixed: true,
      orderBy: 'name',
      cell: (user) => (
        <Group gap={6} wrap="nowrap">
          <Text size="sm" fw={600} truncate maw={{ base: 130, sm: 320 }} title={user.name}>
            {user.name}
          </Text>
          {isOwn(user) && (
            <Badge size="xs" variant="outline" tt="none" color="gray">
              {t('you')}
            </Badge>
          )}
        </Group>
      ),
    },
    { id: 'role', header: t('field.role'), cell: (user) => t(`role.${user.role}`, { ns: 'common' }) },
    {
      id: 'state',
      header: t('field.state'),
      cell: ({ is_enabled }) => (
        <Badge
          size="sm"
          variant="light"
          tt="none"
          className="jobu-badge"
          color={is_enabled ? 'teal' : 'gray'}
        >
          {t(is_enabled ? 'enabled' : 'disabled')}
        </Badge>
      ),
    },
    {
      id: 'lastSignIn',
      header: t('field.lastSignIn'),
      hideBelow: 'sm',
      cell: ({ last_sign_in_at }) => (last_sign_in_at ? <RelativeTime at={last_sign_in_at} /> : t('never')),
    },
    {
      id: 'passwordChanged',
      header: t('field.passwordChanged'),
      hideBelow: 'lg',
      cell: ({ password_changed_at }) => <RelativeTime at={password_changed_at} />,
    },
    {
      id: 'created',
      header: t('field.created'),
      hideBelow: 'md',
      cell: ({ created_at }) => <Instant at={created_at} />,
    },
    {
      id: 'actions',
      header: t('actions', { ns: 'common' }),
      isFixed: true,
      width: 60,
      isNumber: true,
      cell: (user) => (
        <UserActions
          user={user}
          isOwn={isOwn(user)}
          isLastAdmin={user.role === 'admin' && user.is_enabled && (admins.data?.total ?? 2) < 2}
        />
      ),
    },
  ]
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" flex={{ base: '1 1 100%', sm: '0 1 auto' }}>
          <FilterText
            flex={1}
            miw={180}
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={get('q')}
            onChange={(text) => set({ q: text, page: null })}
          />
          <Select
            aria-label={t('field.role')}
            placeholder={t('anyRole')}
            clearable
            w={130}
            data={ROLES.map((value) => ({ value, label: t(`role.${value}`, { ns: 'common' }) }))}
            value={role ?? null}
            onChange={(value) => set({ role: value, page: null })}
          />
        </Group>
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => openForm(t('users.new'), ({ close }) => <UserForm close={close} />)}
        >
          {t('users.new')}
        </Button>
      </Group>
      <DataTable
        name="users"
        label={t('tab.users')}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        order={order}
        onOrder={(next) => set({ sort: next })}
        empty={<EmptyState title={t('users.empty')} icon={IconUsers} />}
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
