import { Checkbox, Skeleton } from '@mantine/core'
import type { Virtualizer } from '@tanstack/react-virtual'
import { useTranslation } from 'react-i18next'
import classes from './DataTable.module.css'
import type { DataTableProps } from './DataTable.tsx'

type Key = string | number

interface Props<Row>
  extends Pick<DataTableProps<Row>, 'columns' | 'rowKey' | 'rowName' | 'selected' | 'onSelect'> {
  rows: Row[]
  /** Says which of them are seen. */
  virtual: Virtualizer<HTMLElement, Element>
  rowHeight: number
  isPending: boolean
}

/** The rows that are seen, and the room of those that are not. */
export function TableBody<Row>(props: Props<Row>) {
  const { columns, rows, rowKey, rowName, selected, onSelect, virtual, rowHeight, isPending } = props
  const { t } = useTranslation()
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0], items.at(-1)]
  const width = columns.length + (onSelect ? 1 : 0)
  const toggle = (key: Key) => {
    const next = new Set(selected)
    if (!next.delete(key)) next.add(key)
    onSelect?.(next)
  }
  return (
    <tbody>
      {isPending && <SkeletonRows columns={width} height={rowHeight} />}
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
                  aria-label={t('table.select', { name: rowName?.(row) ?? key })}
                  checked={selected?.has(key) ?? false}
                  onChange={() => toggle(key)}
                />
              </td>
            )}
            {columns.map((column) => (
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
