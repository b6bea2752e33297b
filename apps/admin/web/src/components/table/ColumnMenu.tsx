import { ActionIcon, Checkbox, Menu } from '@mantine/core'
import { IconColumns } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Column } from './column.ts'

interface Props<Row> {
  columns: Column<Row>[]
  isShown: (column: Column<Row>) => boolean
  onToggle: (id: string, isOn: boolean) => void
}

/** Which columns are shown, of those that need not be. */
export function ColumnMenu<Row>({ columns, isShown, onToggle }: Props<Row>) {
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
        {columns
          .filter(({ isFixed }) => !isFixed)
          .map((column) => (
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
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}
