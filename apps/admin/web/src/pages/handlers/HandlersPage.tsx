import { Anchor, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconPlugConnected, IconSearch } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { FilterText } from '../../components/FilterText.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { formatDuration } from '../../time/format.ts'
import { HandlerDrawer, percent } from './HandlerDrawer.tsx'
import { ServedBadge } from './ServedBadge.tsx'
import { useHandlerStats } from './useHandlerStats.ts'
import { useUnservedSince } from './useUnservedSince.ts'

type Handler = Schemas['Handler']
const SIZE = 200

export default function HandlersPage() {
  const { t, i18n } = useTranslation('handlers')
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
  const open = (name: string) => {
    const next = new URLSearchParams(location.search)
    next.set('handler', name)
    return `?${next}`
  }
  const inTime = (ms: number | null | undefined) => (ms == null ? '–' : formatDuration(ms))

  const columns: Column<Handler>[] = [
    {
      id: 'name',
      header: t('column.name'),
      isFixed: true,
      cell: ({ name, description }) => (
        <Stack gap={0} py={2} miw={140} maw={420}>
          <Anchor component={Link} to={open(name)} size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Anchor>
          {description && (
            <Text size="xs" c="dimmed" lineClamp={1} title={description}>
              {description}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      id: 'state',
      header: t('column.state'),
      cell: (row) => <ServedBadge handler={row} since={since.get(row.name)} />,
    },
    {
      id: 'isolation',
      header: t('column.isolation'),
      hideBelow: 'lg',
      cell: ({ isolation }) => (
        <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
          {t(`isolation.${isolation as 'none'}`)}
        </Text>
      ),
    },
    {
      id: 'queues',
      header: t('column.queues'),
      hideBelow: 'lg',
      cell: ({ queues }) => (
        <Text size="sm" truncate maw={160}>
          {queues.map((queue) => (queue === '*' ? t('everyQueue') : queue)).join(', ') || '–'}
        </Text>
      ),
    },
    {
      id: 'crons',
      header: t('column.crons'),
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ name, cron_count }) =>
        cron_count === 0 ? (
          '0'
        ) : (
          <Anchor
            component={Link}
            to={`/crons?handler_name=${encodeURIComponent(name)}`}
            size="sm"
            aria-label={`${name}: ${t('cronCount', { count: cron_count })}`}
          >
            {cron_count.toLocaleString(i18n.language)}
          </Anchor>
        ),
    },
    {
      id: 'runs',
      header: t('column.runs'),
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ name }) => (stats.get(name)?.runs ?? 0).toLocaleString(i18n.language),
    },
    {
      id: 'success',
      header: t('column.success'),
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ name }) => percent(stats.get(name)?.success_rate ?? null, i18n.language),
    },
    {
      id: 'p50',
      header: t('column.p50'),
      isNumber: true,
      hideBelow: 'md',
      cell: ({ name }) => inTime(stats.get(name)?.duration.p50_ms),
    },
    {
      id: 'p95',
      header: t('column.p95'),
      isNumber: true,
      hideBelow: 'md',
      cell: ({ name }) => inTime(stats.get(name)?.duration.p95_ms),
    },
  ]
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
