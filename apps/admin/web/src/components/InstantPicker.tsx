import '@mantine/dates/styles.css'
import 'dayjs/locale/ko'
import { DateTimePicker, type DateTimePickerProps } from '@mantine/dates'
import { useTranslation } from 'react-i18next'
import { zoneLabel } from '../time/format.ts'
import { instantOf, wallClockOf } from '../time/wallClock.ts'
import { useZone } from '../time/zone.tsx'

interface Props extends Omit<DateTimePickerProps, 'value' | 'onChange' | 'maxDate' | 'valueFormat'> {
  label: string
  /** ISO 8601; what is none, as from an address, is shown as nothing. */
  value: string | null | undefined
  onChange: (at: string | null) => void
  /** In which its clock stands; unless said, the one that times are shown in. */
  zone?: string
  /** ISO 8601; nothing after it can be chosen. */
  maxAt?: string
}

/** An instant, chosen by the clock of a zone that its label names. Heavy: for what is loaded lazily. */
export function InstantPicker({ label, value, onChange, zone: ownZone, maxAt, ...input }: Props) {
  const { i18n } = useTranslation()
  const { nameFor } = useZone()
  const zone = ownZone ?? nameFor()
  const at = value && !Number.isNaN(Date.parse(value)) ? value : null
  return (
    <DateTimePicker
      {...input}
      label={`${label} (${zoneLabel(zone, at ?? new Date())})`}
      value={at && wallClockOf(at, zone)}
      onChange={(wallClock) => onChange(wallClock && instantOf(wallClock, zone))}
      valueFormat={input.withSeconds ? 'YYYY-MM-DD HH:mm:ss' : 'YYYY-MM-DD HH:mm'}
      locale={i18n.language}
      {...(maxAt ? { maxDate: wallClockOf(maxAt, zone) } : {})}
    />
  )
}
