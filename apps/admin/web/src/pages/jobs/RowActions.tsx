import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconExternalLink } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { JobVerbItems } from '../job/JobVerbItems.tsx'
import type { JobRow } from './useJobColumns.tsx'

/** What can be done to one row. */
export function RowActions({ row }: { row: JobRow }) {
  const { t } = useTranslation(['jobs', 'common'])
  // A menu for each row would cost as much as the rows: it is made when it is asked for.
  const [isOpen, setOpen] = useState(false)
  const button = (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={36}
      aria-label={t('rowActions', { name: `#${row.id}` })}
      aria-haspopup="menu"
      onClick={() => setOpen(true)}
    >
      <IconDots size={16} aria-hidden />
    </ActionIcon>
  )
  if (!isOpen) return button
  return (
    <Menu opened onChange={setOpen} position="bottom-end" withinPortal>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          to={`/jobs/${row.id}`}
          leftSection={<IconExternalLink size={16} aria-hidden />}
        >
          {t('open')}
        </Menu.Item>
        <JobVerbItems job={row} />
      </Menu.Dropdown>
    </Menu>
  )
}
