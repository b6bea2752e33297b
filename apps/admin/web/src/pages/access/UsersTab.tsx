import { Button, Group, Select, Stack } from '@mantine/core'
import { IconPlus, IconSearch, IconUsers } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { FilterText } from '../../components/FilterText.tsx'
import { openForm } from '../../components/openForm.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { UserForm } from './UserForm.tsx'
import { useUserColumns } from './useUserColumns.tsx'

type User = Schemas['User']
const SIZE = 100
const ROLES = ['viewer', 'operator', 'admin'] as const

export function UsersTab() {
  const { t } = useTranslation(['access', 'common'])
  const filters = useFilters()
  const { get, set } = filters
  const q = get('q')
  const role = ROLES.find((one) => one === get('role'))
  const order = get('sort') ?? 'name'
  const page = pageOf(filters)
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
  const list = listOf<User>(query)
  const columns = useUserColumns()
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
      <Pages count={query.data?.pages} filters={filters} />
    </Stack>
  )
}
