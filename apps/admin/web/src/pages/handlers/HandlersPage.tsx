import { Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconPlugConnected, IconSearch } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { FilterText } from '../../components/FilterText.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { HandlerDrawer } from './HandlerDrawer.tsx'
import { useHandlerColumns } from './useHandlerColumns.tsx'
import { useHandlerStats } from './useHandlerStats.ts'
import { useUnservedSince } from './useUnservedSince.ts'

type Handler = Schemas['Handler']
const SIZE = 200

export default function HandlersPage() {
  const { t } = useTranslation('handlers')
  const filters = useFilters()
  const { get, set } = filters
  const q = get('q')
  const served = get('served') ?? 'all'
  const page = pageOf(filters)
  const query = api.useQuery(
    'get',
    '/handlers',
    { params: { query: { page, size: SIZE, ...(q ? { q } : {}) } } },
    { placeholderData: keepPreviousData },
  )
  const stats = useHandlerStats()
  const all = listOf<Handler>(query)
  const since = useUnservedSince(all.rows.some(({ is_served }) => !is_served))
  const rows = all.rows.filter(({ is_served }) => served === 'all' || is_served === (served === 'yes'))
  const columns = useHandlerColumns({ stats, since })
  const name = get('handler')
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Stack gap="md">
        <Group gap="sm">
          <FilterText
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={get('q')}
            onChange={(text) => set({ q: text, page: null })}
            w={{ base: '100%', xs: 280 }}
          />
          <SegmentedControl
            value={served}
            onChange={(value) => set({ served: value === 'all' ? null : value })}
            aria-label={t('column.state')}
            data={(['all', 'yes', 'no'] as const).map((value) => ({ value, label: t(`served.${value}`) }))}
          />
        </Group>
        <DataTable
          name="handlers"
          label={t('title')}
          columns={columns}
          list={{ ...all, rows }}
          rowKey={(row) => row.name}
          rowHeight={52}
          toolbar={
            <Text size="sm" c="dimmed">
              {t('count.shown', { count: rows.length })}
            </Text>
          }
          empty={
            q || served !== 'all' ? (
              <EmptyState title={t('table.noMatch', { ns: 'common' })} icon={IconSearch} />
            ) : (
              <EmptyState title={t('empty.title')} text={t('empty.text')} icon={IconPlugConnected} />
            )
          }
        />
        <Pages count={query.data?.pages} filters={filters} />
        <HandlerDrawer
          name={name}
          stats={name === undefined ? undefined : stats.get(name)}
          since={name === undefined ? undefined : since.get(name)}
          onClose={() => set({ handler: null })}
        />
      </Stack>
    </>
  )
}
