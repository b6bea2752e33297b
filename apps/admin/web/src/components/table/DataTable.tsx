import {
  ActionIcon,
  Box,
  Button,
  Checkbox,
  Group,
  Loader,
  Menu,
  Paper,
  Skeleton,
  Text,
  UnstyledButton,
} from '@mantine/core'
import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconColumns } from '@tabler/icons-react'
import { columnVisibilityFeature, tableFeatures, useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { List } from '../../api/useList.ts'
import { ErrorNotice } from '../ErrorNotice.tsx'
import type { Column } from './column.ts'
import classes from './DataTable.module.css'

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

type Counted = { rows: unknown[]; total?: number; totalIsExact?: boolean }

const NO_ROWS: never[] = []
const features = tableFeatures({ columnVisibilityFeature })
/** Loads the next page when so few rows are left below. */
const ROWS_AHEAD = 20
const HIDDEN_BELOW = {
  sm: '(max-width: 48em)',
  md: '(max-width: 62em)',
  lg: '(max-width: 75em)',
  xl: '(max-width: 88em)',
}

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
  const [chosen, setChosen] = useLocalStorage<Record<string, boolean>>({
    key: `jobu-columns-${name}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const narrow = {
    sm: useMediaQuery(HIDDEN_BELOW.sm, false, { getInitialValueInEffect: false }),
    md: useMediaQuery(HIDDEN_BELOW.md, false, { getInitialValueInEffect: false }),
    lg: useMediaQuery(HIDDEN_BELOW.lg, false, { getInitialValueInEffect: false }),
    xl: useMediaQuery(HIDDEN_BELOW.xl, false, { getInitialValueInEffect: false }),
  }
  const isShown = ({ id, hideBelow, isHidden }: Column<Row>) =>
    chosen[id] ?? !(isHidden || (hideBelow && narrow[hideBelow]))
  const columnVisibility = Object.fromEntries(columns.map((column) => [column.id, isShown(column)]))
  const definitions = useMemo(
    () => columns.map((column) => ({ id: column.id, accessorFn: (row: Row) => row, header: column.header })),
    [columns],
  )
  const table = useTable({
    features,
    columns: definitions as never,
    // The rows themselves are drawn: a model of each of tens of thousands would be made anew with every page.
    data: NO_ROWS,
    state: { columnVisibility },
  })
  const visible = new Set(table.getVisibleLeafColumns().map(({ id }) => id))
  const shown = columns.filter(({ id }) => visible.has(id))
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
  const items = virtual.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  // The next page comes before the end is seen. One without any rows is followed by the next: a filter that hardly
  // ever meets is searched bit by bit.
  const wantsMore =
    !list.error && !list.isLoadingMore && list.hasMore && (last?.index ?? 0) >= rows.length - ROWS_AHEAD
  const { loadMore } = list
  useEffect(() => {
    if (wantsMore) loadMore?.()
  })

  const width = shown.length + (onSelect ? 1 : 0)
  const areAllSelected =
    selected !== undefined &&
    rows.length > 0 &&
    selected.size >= rows.length &&
    rows.every((row) => selected.has(rowKey(row)))
  const toggle = (key: string | number) => {
    const next = new Set(selected)
    if (!next.delete(key)) next.add(key)
    onSelect?.(next)
  }
  return (
    <Paper withBorder radius="md" className={classes.frame}>
      <Group justify="space-between" wrap="nowrap" px="sm" py={6} gap="xs" className={classes.toolbar}>
        <Group gap="sm" miw={0} flex={1}>
          {toolbar ?? <ShownOf list={list} />}
        </Group>
        <ColumnMenu
          columns={columns}
          isShown={isShown}
          onToggle={(id, isOn) => setChosen({ ...chosen, [id]: isOn })}
        />
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
          <tbody>
            {list.isPending && <SkeletonRows columns={width} height={rowHeight} />}
            {first && first.start > 0 && <Spacer height={first.start} columns={width} />}
            {items.map(({ index }) => {
              const row = rows[index]!
              const key = rowKey(row)
              return (
                <tr
                  key={key}
                  aria-rowindex={index + 2}
                  data-selected={selected?.has(key) || undefined}
                  style={{ height: rowHeight }}
                >
                  {onSelect && (
                    <td className={classes.check}>
                      <Checkbox
                        size="xs"
                        aria-label={t('table.select', { name: props.rowName?.(row) ?? key })}
                        checked={selected?.has(key) ?? false}
                        onChange={() => toggle(key)}
                      />
                    </td>
                  )}
                  {shown.map((column) => (
                    <td key={column.id} className={column.isNumber ? classes.number : undefined}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              )
            })}
            {last && virtual.getTotalSize() > last.end && (
              <Spacer height={virtual.getTotalSize() - last.end} columns={width} />
            )}
          </tbody>
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

/** `100 of 2,041`, or of more than so many where admin has not counted all. */
export function ShownOf({ list: { rows, total, totalIsExact = true } }: { list: Counted }) {
  const { t, i18n } = useTranslation()
  if (total === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('table.shown', { count: rows.length })}
      </Text>
    )
  const [shown, all] = [rows.length, total].map((count) => count.toLocaleString(i18n.language))
  return (
    <Text size="sm" c="dimmed" className="tabular">
      {t(totalIsExact ? 'table.ofTotal' : 'table.ofAbout', { shown, total: all })}
    </Text>
  )
}

function HeaderCell<Row>({
  column,
  order,
  onOrder,
}: {
  column: Column<Row>
  order?: string
  onOrder?: (order: string) => void
}) {
  const { t } = useTranslation()
  const { header, orderBy, isNumber, width } = column
  const isUp = orderBy !== undefined && order === orderBy
  const isDown = orderBy !== undefined && order === `-${orderBy}`
  const Icon = isUp ? IconArrowUp : isDown ? IconArrowDown : IconArrowsSort
  return (
    <th
      scope="col"
      style={{ width }}
      className={isNumber ? classes.number : undefined}
      aria-sort={isUp ? 'ascending' : isDown ? 'descending' : undefined}
    >
      {orderBy && onOrder ? (
        <UnstyledButton
          className={classes.sort}
          onClick={() => onOrder(isDown ? orderBy : `-${orderBy}`)}
          aria-label={t('table.sortBy', { name: header })}
        >
          {header} <Icon size={13} aria-hidden opacity={isUp || isDown ? 1 : 0.45} />
        </UnstyledButton>
      ) : (
        header
      )}
    </th>
  )
}

function ColumnMenu<Row>({
  columns,
  isShown,
  onToggle,
}: {
  columns: Column<Row>[]
  isShown: (column: Column<Row>) => boolean
  onToggle: (id: string, isOn: boolean) => void
}) {
  const { t } = useTranslation()
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('table.columns')}>
          <IconColumns size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('table.columns')}</Menu.Label>
        {columns.flatMap((column) =>
          column.isFixed ? (
            []
          ) : (
            <Menu.Item
              key={column.id}
              role="menuitemcheckbox"
              aria-checked={isShown(column)}
              onClick={() => onToggle(column.id, !isShown(column))}
            >
              <Checkbox
                size="xs"
                label={column.header}
                checked={isShown(column)}
                readOnly
                tabIndex={-1}
                aria-hidden
                styles={{ root: { pointerEvents: 'none' } }}
              />
            </Menu.Item>
          ),
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Stands for the rows above or below those that are drawn. */
const Spacer = ({ height, columns }: { height: number; columns: number }) => (
  <tr aria-hidden style={{ height }} className={classes.spacer}>
    <td colSpan={columns} />
  </tr>
)

function SkeletonRows({ columns, height }: { columns: number; height: number }) {
  return Array.from({ length: 8 }, (_, row) => (
    <tr key={row} style={{ height }} aria-hidden>
      <td colSpan={columns}>
        <Skeleton height={14} width={`${90 - row * 6}%`} />
      </td>
    </tr>
  ))
}
