import { IconFile } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useSession } from '../../api/session.tsx'
import { PAGES } from '../../routes.tsx'
import type { Command } from './command.ts'

/** The pages of the menu that who has signed in may open. */
export function usePageCommands(): Command[] {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { role: own } = useSession()
  return PAGES.flatMap(({ path, nav, icon = IconFile, role }) =>
    nav && (role !== 'admin' || own === 'admin')
      ? [
          {
            id: `page-${nav}`,
            label: t(`nav.${nav}`),
            keywords: `${nav} ${path}`,
            icon,
            run: () => void navigate(path),
          },
        ]
      : [],
  )
}
