import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { STATUS_COLOR, type Status } from './status.ts'

/** What became of an execution, in a word and a colour. */
export function StatusBadge({ status, size = 'sm' }: { status: Status; size?: 'xs' | 'sm' | 'md' | 'lg' }) {
  const { t } = useTranslation()
  return (
    <Badge color={STATUS_COLOR[status]} variant="light" size={size} className="jobu-badge" tt="none">
      {t(`status.${status}`)}
    </Badge>
  )
}
