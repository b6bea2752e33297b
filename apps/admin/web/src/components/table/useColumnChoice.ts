import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { columnVisibilityFeature, tableFeatures, useTable } from '@tanstack/react-table'
import { useMemo } from 'react'
import type { Column } from './column.ts'

const NO_ROWS: never[] = []
const features = tableFeatures({ columnVisibilityFeature })
const HIDDEN_BELOW = { sm: '(max-width: 48em)', md: '(max-width: 62em)', lg: '(max-width: 75em)' }
const AT_ONCE = { getInitialValueInEffect: false }

/** Which columns are shown: as chosen in this browser, else as far as there is room. @param name  of the table */
export function useColumnChoice<Row>(name: string, columns: Column<Row>[]) {
  const [chosen, setChosen] = useLocalStorage<Record<string, boolean>>({
    key: `jobu-columns-${name}`,
    defaultValue: {},
    ...AT_ONCE,
  })
  const narrow = {
    sm: useMediaQuery(HIDDEN_BELOW.sm, false, AT_ONCE),
    md: useMediaQuery(HIDDEN_BELOW.md, false, AT_ONCE),
    lg: useMediaQuery(HIDDEN_BELOW.lg, false, AT_ONCE),
  }
  const isShown = ({ id, hideBelow, isHidden }: Column<Row>) =>
    chosen[id] ?? !(isHidden || (hideBelow && narrow[hideBelow]))
  const definitions = useMemo(
    () => columns.map((column) => ({ id: column.id, accessorFn: (row: Row) => row, header: column.header })),
    [columns],
  )
  const table = useTable({
    features,
    columns: definitions as never,
    // The rows themselves are drawn: a model of each of tens of thousands would be made anew with every page.
    data: NO_ROWS,
    state: { columnVisibility: Object.fromEntries(columns.map((column) => [column.id, isShown(column)])) },
  })
  const visible = new Set(table.getVisibleLeafColumns().map(({ id }) => id))
  return {
    shown: columns.filter(({ id }) => visible.has(id)),
    isShown,
    toggle: (id: string, isOn: boolean) => setChosen({ ...chosen, [id]: isOn }),
  }
}
