import { Box, Button, Checkbox, Group, Loader, Paper } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { List } from '../../api/useList.ts'
import { ErrorNotice } from '../ErrorNotice.tsx'
import { ColumnMenu } from './ColumnMenu.tsx'
import type { Column } from './column.ts'
import classes from './DataTable.module.css'
import { HeaderCell } from './HeaderCell.tsx'
import { ShownOf } from './ShownOf.tsx'
import { TableBody } from './TableBody.tsx'
import { useColumnChoice } from './useColumnChoice.ts'

export interface DataTableProps<Row> {
  /** Under which the choice of columns is kept in this browser. */
  name: string
  /** What the table shows, for who hears it. */
  label: string
  columns: Column<Row>[]
  list: Pick<List<Row>, 'rows' | 'isPending' | 'error' | 'refetch'> & Partial<List<Row>>
  rowKey: (row: Row) => string | number
  /** What a row is called, for the name of its checkbox. */
  rowName?: (row: Row) => string
  /** In place of rows where there are none. */
  empty: ReactNode
  /** As `order_by` of the API has it: a leading `-` for descending. */
  order?: string
  onOrder?: (order: string) => void
  /** Keys of the chosen rows. */
  selected?: ReadonlySet<string | number>
  onSelect?: (selected: Set<string | number>) => void
  /** Left of the choice of columns: a count, buttons. */
  toolbar?: ReactNode
  /** Of the part that scrolls, as CSS. By default it fills the window below. */
  maxHeight?: string
  rowHeight?: number
  /** Columns keep their widths whatever rows are drawn, and a narrower table scrolls sideways. For long lists. */
  hasFixedLayout?: boolean
}

/** Loads the next page when so few rows are left below. */
const ROWS_AHEAD = 20

/** Rows in columns of which one chooses, ordered by admin, drawn only where they are seen. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    name,
    label,
    columns,
    list,
    rowKey,
    empty,
    selected,
    onSelect,
    toolbar,
    maxHeight,
    rowHeight = 44,
    hasFixedLayout,
  } = props
  const { t } = useTranslation()
  const { shown, isShown, toggle } = useColumnChoice(name, columns)
  const { rows } = list

  const scroller = useRef<HTMLElement>(null)
  const showNewer = () => {
    scroller.current?.scrollTo({ top: 0 })
    list.showNewer?.()
  }
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const lastShown = virtual.getVirtualItems().at(-1)?.index ?? 0
  // The next page comes before the end is seen. One without any rows is followed by the next: a filter that hardly
  // ever meets is searched bit by bit.
  const wantsMore =
    !list.error && !list.isLoadingMore && list.hasMore && lastShown >= rows.length - ROWS_AHEAD
  const { loadMore } = list
  useEffect(() => {
    if (wantsMore) loadMore?.()
  })

  const areAllSelected =
    selected !== undefined &&
    rows.length > 0 &&
    selected.size >= rows.length &&
    rows.every((row) => selected.has(rowKey(row)))
  return (
    <Paper withBorder radius="md" className={classes.frame}>
      <Group justify="space-between" wrap="nowrap" px="sm" py={6} gap="xs" className={classes.toolbar}>
        <Group gap="sm" miw={0} flex={1}>
          {toolbar ?? <ShownOf list={list} />}
        </Group>
        <ColumnMenu columns={columns} isShown={isShown} onToggle={toggle} />
      </Group>
      {list.error && (
        <Box p="sm">
          <ErrorNotice error={list.error} onRetry={list.refetch} />
        </Box>
      )}
      <section
        ref={scroller}
        className={classes.scroller}
        style={{ maxHeight: maxHeight ?? 'calc(100dvh - 264px)' }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
        aria-label={label}
      >
        {list.hasNewer && (
          <div className={classes.newer}>
            <Button
              size="compact-sm"
              radius="xl"
              leftSection={<IconArrowUp size={14} aria-hidden />}
              onClick={showNewer}
            >
              {t('table.newer')}
            </Button>
          </div>
        )}
        <table
          className={classes.table}
          style={hasFixedLayout ? { tableLayout: 'fixed', minWidth: minWidthOf(shown) } : undefined}
          aria-rowcount={list.totalIsExact === false ? -1 : (list.total ?? rows.length)}
          aria-busy={list.isPending || list.isStale}
          data-stale={list.isStale || undefined}
        >
          <thead>
            <tr>
              {onSelect && (
                <th scope="col" className={classes.check}>
                  <Checkbox
                    size="xs"
                    aria-label={t('table.selectAll')}
                    checked={areAllSelected}
                    indeterminate={!areAllSelected && (selected?.size ?? 0) > 0}
                    onChange={() => onSelect(new Set(areAllSelected ? [] : rows.map(rowKey)))}
                  />
                </th>
              )}
              {shown.map((column) => (
                <HeaderCell key={column.id} column={column} order={props.order} onOrder={props.onOrder} />
              ))}
            </tr>
          </thead>
          <TableBody
            columns={shown}
            rows={rows}
            rowKey={rowKey}
            rowName={props.rowName}
            selected={selected}
            onSelect={onSelect}
            virtual={virtual}
            rowHeight={rowHeight}
            isPending={list.isPending}
          />
        </table>
        {!list.isPending && !list.error && rows.length === 0 && !list.hasMore && empty}
        {list.isLoadingMore && (
          <Group justify="center" p="sm">
            <Loader size="xs" aria-label={t('table.loadingMore')} />
          </Group>
        )}
      </section>
    </Paper>
  )
}

/** In pixels: the widths that columns say, and enough to read something in each that says none. */
const minWidthOf = (columns: Array<{ width?: number | string }>) =>
  columns.reduce((sum, { width }) => sum + (typeof width === 'number' ? width : 140), 0)
