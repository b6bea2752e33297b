import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface Counted {
  rows: unknown[]
  total?: number | undefined
  totalIsExact?: boolean
}

/** `100 of 2,041`, or of more than so many where admin has not counted all. */
export function ShownOf({ list: { rows, total, totalIsExact = true } }: { list: Counted }) {
  const { t, i18n } = useTranslation()
  if (total === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('table.shown', { count: rows.length })}
      </Text>
    )
  const [shown, all] = [rows.length, total].map((count) => count.toLocaleString(i18n.language))
  return (
    <Text size="sm" c="dimmed" className="tabular">
      {t(totalIsExact ? 'table.ofTotal' : 'table.ofAbout', { shown, total: all })}
    </Text>
  )
}
