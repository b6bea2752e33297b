import { UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Column } from './column.ts'
import classes from './DataTable.module.css'

interface Props<Row> {
  column: Column<Row>
  /** As `order_by` of the API has it. */
  order: string | undefined
  onOrder: ((order: string) => void) | undefined
}

/** A column's name; where the list can be ordered by it, a button that does. */
export function HeaderCell<Row>({ column, order, onOrder }: Props<Row>) {
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
