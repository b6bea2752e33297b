import type { ReactNode } from 'react'

/** A column of a `DataTable`. */
export interface Column<Row> {
  id: string
  /** In the language of the page. */
  header: string
  cell: (row: Row) => ReactNode
  /** The field of `order_by` that it is ordered by; none: it cannot be. */
  orderBy?: string
  /** CSS; the columns without one share what is left. */
  width?: number | string
  /** Right-aligned, digits of one width. */
  isNumber?: boolean
  /** Not shown on screens narrower than Mantine's breakpoint, unless chosen. */
  hideBelow?: 'sm' | 'md' | 'lg' | 'xl'
  /** Not shown unless chosen. */
  isHidden?: boolean
  /** Always shown. */
  isFixed?: boolean
}
