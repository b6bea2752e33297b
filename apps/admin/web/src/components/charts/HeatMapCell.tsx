import { VisuallyHidden } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import classes from './HeatMap.module.css'
import { type HeatColor, heatFill } from './heatFill.ts'

/** Tells in a cell, beside its colour, what it means. */
export type HeatMark = 'dot' | 'ring' | 'bar'

export interface HeatCell extends HeatColor {
  /** What the cell is given back as. */
  id: string
  /** All that it says, in words: on hover, and for who hears it. */
  title: string
  mark?: HeatMark | undefined
}

interface Props {
  cell: HeatCell
  isSelected: boolean
  isEntry: boolean
  onKeyDown: (event: KeyboardEvent) => void
  onPick: (() => void) | undefined
}

/** A place, as a button where it can be picked. */
export function HeatMapCell({ cell, isSelected, isEntry, onKeyDown, onPick }: Props) {
  const { id, title, mark } = cell
  const look = {
    className: classes.cell,
    title,
    'data-cell': id,
    'data-mark': mark,
    'data-empty': !cell.color || undefined,
    'data-selected': isSelected || undefined,
    style: { background: heatFill(cell) },
  }
  if (!onPick)
    return (
      <span {...look}>
        <VisuallyHidden>{title}</VisuallyHidden>
      </span>
    )
  return (
    <button
      type="button"
      {...look}
      aria-label={title}
      aria-pressed={isSelected}
      tabIndex={isEntry ? 0 : -1}
      onKeyDown={onKeyDown}
      onClick={onPick}
    />
  )
}
