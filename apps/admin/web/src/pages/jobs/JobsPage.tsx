import { Button, Stack } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Allowed, useMay } from '../../api/session.tsx'
import { useList } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { DataTable } from '../../components/table/DataTable.tsx'
import { BulkBar } from './BulkBar.tsx'
import { JobFilters } from './JobFilters.tsx'
import { SavedFilters } from './SavedFilters.tsx'
import { FIELDS, type JobRow, useJobColumns } from './useJobColumns.tsx'
import { useJobFilter } from './useJobFilter.ts'

const NewJobDialog = lazy(() => import('./NewJobDialog.tsx'))

const keyOf = ({ id }: JobRow) => id
const nameOf = ({ id }: JobRow) => `#${id}`

/** Every execution there is, newest first: found, followed and acted on. */
export default function JobsPage() {
  const { t } = useTranslation(['jobs', 'common'])
  const state = useJobFilter()
  const { filter, isEmpty, order, setOrder, clear } = state
  const list = useList<JobRow>('/jobs', { ...filter, order_by: order, fields: FIELDS })
  const [selected, setSelected] = useState<ReadonlySet<string | number>>(new Set())
  const [isCreating, setCreating] = useState(false)
  // `?new=` opens it from elsewhere, with a handler or without.
  const asked = state.get('new')
  const closeNew = () => {
    setCreating(false)
    if (asked !== undefined) state.set({ new: null })
  }
  const columns = useJobColumns()
  const maySelect = useMay('operator')
  return (
    <>
      <PageHeader title={t('title')} description={t('description')}>
        <Allowed role="operator">
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            {t('new.open')}
          </Button>
        </Allowed>
      </PageHeader>
      <Stack gap="sm">
        <SavedFilters />
        <JobFilters state={state} rows={list.rows} />
        <DataTable
          name="jobs"
          label={t('title')}
          columns={columns}
          list={list}
          rowKey={keyOf}
          rowName={nameOf}
          rowHeight={50}
          hasFixedLayout
          maxHeight="max(340px, calc(100dvh - 320px))"
          order={order}
          onOrder={setOrder}
          {...(maySelect ? { selected, onSelect: setSelected } : {})}
          toolbar={
            <BulkBar list={list} filter={filter} selected={selected} onDone={() => setSelected(new Set())} />
          }
          empty={
            isEmpty ? (
              <EmptyState title={t('empty.title')} text={t('empty.text')}>
                <Allowed role="operator">
                  <Button variant="light" onClick={() => setCreating(true)}>
                    {t('new.open')}
                  </Button>
                </Allowed>
              </EmptyState>
            ) : (
              <EmptyState title={t('common:table.noMatch')}>
                <Button variant="light" onClick={clear}>
                  {t('common:table.clearFilters')}
                </Button>
              </EmptyState>
            )
          }
        />
      </Stack>
      {maySelect && (isCreating || asked !== undefined) && (
        <Suspense fallback={null}>
          <NewJobDialog handlerName={asked || null} onClose={closeNew} />
        </Suspense>
      )}
    </>
  )
}
