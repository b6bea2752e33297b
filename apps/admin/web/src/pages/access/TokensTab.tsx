import { Button, Group, Stack, Switch, Text } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { openForm } from '../../components/openForm.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { TokenForm } from './TokenForm.tsx'
import { stateOf, useTokenColumns } from './useTokenColumns.tsx'

type Token = Schemas['ApiToken']
const SIZE = 200
export function TokensTab() {
  const { t } = useTranslation(['access', 'common'])
  const filters = useFilters()
  const { get, set } = filters
  const withEnded = get('ended') === 'true'
  const page = pageOf(filters)
  const query = api.useQuery(
    'get',
    '/tokens',
    { params: { query: { page, size: SIZE } } },
    { placeholderData: keepPreviousData },
  )
  const all = listOf<Token>(query)
  const rows = all.rows.filter((token) => withEnded || stateOf(token) === 'active')
  const hidden = all.rows.length - rows.length
  const columns = useTokenColumns()
  const openNew = () => openForm(t('tokens.new'), (window) => <TokenForm {...window} />)
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
      <Pages count={query.data?.pages} filters={filters} />
    </Stack>
  )
}
