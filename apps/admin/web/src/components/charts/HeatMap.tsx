import { VisuallyHidden } from '@mantine/core'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import classes from './HeatMap.module.css'
import { type HeatCell, HeatMapCell } from './HeatMapCell.tsx'

interface Props {
  /** What it shows, in a sentence. */
  label: string
  /** Above each column; an empty one is left out where it would not fit. */
  columns: Array<{ id: string; label: string; title: string }>
  /** null: there is no such place, as before the first day. */
  rows: Array<{ id: string; label: string; cells: Array<HeatCell | null> }>
  /** Of a cell, in pixels. */
  size?: number
  /** Of the names of the rows, in pixels. */
  labelWidth?: number
  /** Where there is too little room, the right side is what one looks for. */
  isEndFirst?: boolean
  selected?: string | undefined
  /** Cells are buttons of which Tab reaches one, and the arrows the others. */
  onPick?: ((cell: HeatCell) => void) | undefined
}

/** Places in rows and columns, coloured by what lies there: a table, so that who hears it walks over it as over any. */
export function HeatMap({
  label,
  columns,
  rows,
  size = 14,
  labelWidth = 44,
  isEndFirst = false,
  selected,
  onPick,
}: Props) {
  const table = useRef<HTMLTableElement>(null)
  const scroller = useRef<HTMLElement>(null)
  const [reached, setReached] = useState<string>()
  const ids = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.id ?? []))
  const entry = [reached, selected].find((id) => id && ids.includes(id)) ?? ids.at(-1)

  useEffect(() => {
    if (scroller.current && isEndFirst) scroller.current.scrollLeft = scroller.current.scrollWidth
  }, [isEndFirst])

  const walk = (event: KeyboardEvent, row: number, column: number) => {
    const step = STEPS[event.key]
    if (!step) return
    event.preventDefault()
    let [y, x] = [row + step[0], column + step[1]]
    while (rows[y]?.cells[x] === null) [y, x] = [y + step[0], x + step[1]]
    const next = rows[y]?.cells[x]
    if (!next) return
    setReached(next.id)
    table.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(next.id)}"]`)?.focus()
  }
  return (
    <section ref={scroller} className={classes.scroller} aria-label={label} tabIndex={onPick ? undefined : 0}>
      <table
        ref={table}
        className={classes.table}
        style={{
          ['--heat-size' as string]: `${size}px`,
          minWidth: labelWidth + columns.length * (size + GAP),
        }}
        aria-label={label}
      >
        <thead>
          <tr>
            <td style={{ width: labelWidth }} />
            {columns.map((column) => (
              <th key={column.id} scope="col" title={column.title}>
                {column.label}
                {!column.label && <VisuallyHidden>{column.title}</VisuallyHidden>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, y) => (
            <tr key={row.id}>
              <th scope="row">{row.label}</th>
              {row.cells.map((cell, x) => (
                <td key={columns[x]?.id ?? x}>
                  {cell && (
                    <HeatMapCell
                      cell={cell}
                      isSelected={cell.id === selected}
                      isEntry={cell.id === entry}
                      onKeyDown={(event) => walk(event, y, x)}
                      onPick={
                        onPick &&
                        (() => {
                          setReached(cell.id)
                          onPick(cell)
                        })
                      }
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Between cells, in pixels. */
const GAP = 3

/** Row and column by key. */
const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}
