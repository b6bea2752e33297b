import { Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { InstantPicker } from '../../components/InstantPicker.tsx'

/** The two ends of a span; it has a file of its own, since pickers are heavy and seldom opened. */
export default function TimeRange({
  from,
  to,
  onChange,
}: {
  from: string | undefined
  to: string | undefined
  onChange: (change: { from?: string | null; to?: string | null }) => void
}) {
  // Within the window it stands in: a click on the calendar is not one beside that.
  const input = {
    popoverProps: { withinPortal: false },
    miw: 190,
    placeholder: 'YYYY-MM-DD HH:mm',
    clearable: true,
  }
  const { t } = useTranslation(['jobs', 'common'])
  return (
    <Group gap="sm" grow>
      <InstantPicker
        label={t('filter.from')}
        value={from}
        onChange={(at) => onChange({ from: at })}
        {...input}
      />
      <InstantPicker label={t('filter.to')} value={to} onChange={(at) => onChange({ to: at })} {...input} />
    </Group>
  )
}
