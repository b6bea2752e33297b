import { Button, Group, Text } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.tsx'
import { type BulkVerb, confirmBulk, type Targets } from './confirmBulk.tsx'

interface Props {
  targets: Targets
  /** How many are chosen. */
  count: number
  /** Of all that match, where they are more than those chosen. */
  total: number | undefined
  onSelectAll: () => void
  onClear: () => void
}

/** What can be done with the chosen crons, or with all that match. */
export function CronBulkBar({ targets, count, total, onSelectAll, onClear }: Props) {
  const { t, i18n } = useTranslation('crons')
  const mayDelete = useMay('admin')
  const inWords = (number: number) => number.toLocaleString(i18n.language)
  const button = (verb: BulkVerb, Icon: typeof IconTrash, color?: string) => (
    <Button
      size="compact-sm"
      variant={color ? 'light' : 'default'}
      color={color}
      leftSection={<Icon size={14} aria-hidden />}
      onClick={() => confirmBulk(verb, targets, onClear)}
    >
      {t(`bulk.${verb}`)}
    </Button>
  )
  return (
    <Group gap="xs" role="group" aria-label={t('bulk.label')}>
      <Text size="sm" fw={600} className="tabular" aria-live="polite">
        {t('bulk.chosen', { count, formatted: inWords(count) })}
      </Text>
      {total !== undefined && (
        <Button size="compact-sm" variant="subtle" onClick={onSelectAll}>
          {t('bulk.chooseAll', { count: total, formatted: inWords(total) })}
        </Button>
      )}
      {button('enable', IconPlayerPlay)}
      {button('disable', IconPlayerPause)}
      {mayDelete && button('delete', IconTrash, 'red')}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        {t('bulk.clear')}
      </Button>
    </Group>
  )
}
