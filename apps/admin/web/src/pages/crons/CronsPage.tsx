import { Button, Group } from '@mantine/core'
import { IconClockPlay, IconPlus, IconSearchOff } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { useList } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { DataTable } from '../../components/table/DataTable.tsx'
import { ShownOf } from '../../components/table/ShownOf.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { CronBulkBar } from './CronBulkBar.tsx'
import { CronFilters } from './CronFilters.tsx'
import { cronFilterOf, NO_FILTER } from './cronFilter.ts'
import { NoCrons } from './NoCrons.tsx'
import { useCronColumns } from './useCronColumns.tsx'
import { useRecentRuns } from './useRecentRuns.ts'

type Cron = Schemas['Cron']

const ROW_HEIGHT = 56

/** Every cron: what it does, how it went, when it comes next. */
export default function CronsPage() {
  const { t } = useTranslation('crons')
  const filters = useFilters()
  const [mayRun, mayCreate] = [useMay('operator'), useMay('admin')]
  const filter = cronFilterOf(filters)
  const order = filters.get('order_by') ?? 'name'
  const list = useList<Cron>('/crons', { ...filter, order_by: order })
  const hasFilter = Object.keys(filter).length > 0
  const ids = useMemo(() => list.rows.map(({ id }) => id), [list.rows])
  const runs = useRecentRuns(ids)

  const [chosen, setChosen] = useState<Set<string | number>>(new Set())
  const [isAll, setIsAll] = useState(false)
  const choose = (next: Set<string | number>) => {
    setChosen(next)
    setIsAll(false)
  }
  const clear = () => choose(new Set())
  const clearFilters = () => filters.set(NO_FILTER)
  // What was chosen may not be in another filter's list.
  useEffect(clear, [JSON.stringify(filter)])
  const columns = useCronColumns({ runs, onTag: (tag) => filters.set({ tag }) })
  const areAllShownChosen = chosen.size > 0 && chosen.size === list.rows.length
  const areMore = list.total !== undefined && list.total > chosen.size
  const targets = isAll ? (hasFilter ? { filter } : { all: true as const }) : { ids: [...chosen] as number[] }
  return (
    <>
      <PageHeader title={t('title')} description={t('about')}>
        {mayCreate && (
          <Button component={Link} to="/crons/new" leftSection={<IconPlus size={16} aria-hidden />}>
            {t('create')}
          </Button>
        )}
      </PageHeader>
      <CronFilters filters={filters} onClear={hasFilter ? clearFilters : undefined} />
      <DataTable
        name="crons"
        label={t('title')}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        rowName={({ name }) => name}
        rowHeight={ROW_HEIGHT}
        order={order}
        onOrder={(next) => filters.set({ order_by: next })}
        {...(mayRun ? { selected: chosen, onSelect: choose } : {})}
        toolbar={
          chosen.size > 0 ? (
            <CronBulkBar
              targets={targets}
              count={isAll ? (list.total ?? chosen.size) : chosen.size}
              total={areAllShownChosen && areMore && !isAll ? list.total : undefined}
              onSelectAll={() => setIsAll(true)}
              onClear={clear}
            />
          ) : (
            <ShownOf list={list} />
          )
        }
        empty={
          hasFilter ? (
            <EmptyState title={t('table.noMatch', { ns: 'common' })} icon={IconSearchOff}>
              <Group>
                <Button variant="light" onClick={clearFilters}>
                  {t('table.clearFilters', { ns: 'common' })}
                </Button>
              </Group>
            </EmptyState>
          ) : (
            <EmptyState title={t('emptyTitle')} icon={IconClockPlay} text={<NoCrons />} />
          )
        }
      />
    </>
  )
}
