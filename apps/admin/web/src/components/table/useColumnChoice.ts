import { useLocalStorage } from '@mantine/hooks'
import { columnVisibilityFeature, tableFeatures, useTable } from '@tanstack/react-table'
import { useMemo } from 'react'
import { useNarrowerThan } from '../useNarrowerThan.ts'
import type { Column } from './column.ts'

const NO_ROWS: never[] = []
const features = tableFeatures({ columnVisibilityFeature })

/** Which columns are shown: as chosen in this browser, else as far as there is room. @param name  of the table */
export function useColumnChoice<Row>(name: string, columns: Column<Row>[]) {
  const [chosen, setChosen] = useLocalStorage<Record<string, boolean>>({
    key: `jobu-columns-${name}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const narrow = {
    sm: useNarrowerThan('sm'),
    md: useNarrowerThan('md'),
    lg: useNarrowerThan('lg'),
    xl: useNarrowerThan('xl'),
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
