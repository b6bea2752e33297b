import { Button, Group, Stack, Text } from '@mantine/core'
import { IconCalendarMonth, IconPlus, IconRoute, IconSearchOff } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { useMay } from '../../api/session.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import { DataTable } from '../../components/table/DataTable.tsx'
import { ShownOf } from '../../components/table/ShownOf.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { ScheduleFilters } from './ScheduleFilters.tsx'
import { NO_FILTER, scheduleFilterOf } from './scheduleFilter.ts'
import { useScheduleColumns } from './useScheduleColumns.tsx'

const PAGE_SIZE = 50
const ROW_HEIGHT = 56

/** Every schedule: what it does when, how its last run went, and when it comes next. */
export default function SchedulesPage() {
  const { t } = useTranslation('schedules')
  const filters = useFilters()
  const mayCreate = useMay('admin')
  const filter = scheduleFilterOf(filters)
  const order = filters.get('order_by') ?? 'title'
  const answer = api.useQuery(
    'get',
    '/schedules',
    { params: { query: { ...filter, order_by: order as 'title', size: PAGE_SIZE, page: pageOf(filters) } } },
    { placeholderData: keepPreviousData },
  )
  const list = listOf<Schedule>(answer)
  const columns = useScheduleColumns({ onTag: (tag) => filters.set({ tag, page: null }) })
  const hasFilter = Object.keys(filter).length > 0
  const clear = () => filters.set(NO_FILTER)
  return (
    <>
      <PageHeader title={t('title')} description={t('about')}>
        <Button
          component={Link}
          to="/schedules/calendar"
          variant="default"
          leftSection={<IconCalendarMonth size={16} aria-hidden />}
        >
          {t('calendar')}
        </Button>
        {mayCreate && (
          <Button component={Link} to="/schedules/new" leftSection={<IconPlus size={16} aria-hidden />}>
            {t('create')}
          </Button>
        )}
      </PageHeader>
      <ScheduleFilters filters={filters} onClear={hasFilter ? clear : undefined} />
      <DataTable
        name="schedules"
        label={t('title')}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        rowHeight={ROW_HEIGHT}
        order={order}
        onOrder={(next) => filters.set({ order_by: next, page: null })}
        toolbar={<ShownOf list={list} />}
        empty={
          hasFilter ? (
            <EmptyState title={t('table.noMatch', { ns: 'common' })} icon={IconSearchOff}>
              <Button variant="light" onClick={clear}>
                {t('table.clearFilters', { ns: 'common' })}
              </Button>
            </EmptyState>
          ) : (
            <EmptyState title={t('emptyTitle')} icon={IconRoute} text={<FirstStep mayCreate={mayCreate} />} />
          )
        }
      />
      <Group mt="sm" justify="center">
        <Pages count={answer.data?.pages} filters={filters} />
      </Group>
    </>
  )
}

function FirstStep({ mayCreate }: { mayCreate: boolean }) {
  const { t } = useTranslation('schedules')
  if (!mayCreate) return t('emptyForOthers')
  return (
    <Stack align="center" gap="sm">
      <Text size="sm" c="dimmed" ta="center">
        {t('emptyText')}
      </Text>
      <Button component={Link} to="/schedules/new" leftSection={<IconPlus size={16} aria-hidden />}>
        {t('create')}
      </Button>
    </Stack>
  )
}
