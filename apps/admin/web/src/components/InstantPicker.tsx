import '@mantine/dates/styles.css'
import { DateTimePicker } from '@mantine/dates'
import { useTranslation } from 'react-i18next'
import 'dayjs/locale/ko'
import { zoneLabel } from '../time/format.ts'
import { instantOf, wallClockOf } from '../time/wallClock.ts'
import { useZone } from '../time/zone.tsx'

interface Props {
  label: string
  description?: string
  /** ISO 8601. */
  value: string | null | undefined
  onChange: (at: string | null) => void
  error?: string | undefined
  /** ISO 8601. */
  minAt?: string
  isDisabled?: boolean
}

/** A time by the clock of the zone that times are shown in, which its label names. Heavy: for what is loaded lazily. */
export function InstantPicker({ label, description, value, onChange, error, minAt, isDisabled }: Props) {
  const { i18n } = useTranslation()
  const { nameFor } = useZone()
  const zone = nameFor()
  const isValid = value && !Number.isNaN(Date.parse(value))
  return (
    <DateTimePicker
      label={`${label} (${zoneLabel(zone, isValid ? value : new Date())})`}
      description={description}
      value={isValid ? wallClockOf(value, zone) : null}
      onChange={(wallClock) => onChange(wallClock ? instantOf(wallClock, zone) : null)}
      valueFormat="YYYY-MM-DD HH:mm"
      locale={i18n.language}
      error={error}
      {...(minAt ? { minDate: wallClockOf(minAt, zone) } : {})}
      disabled={isDisabled}
      placeholder="YYYY-MM-DD HH:mm"
      popoverProps={{ withinPortal: false }}
      clearable
      miw={190}
    />
  )
}
