import '@mantine/dates/styles.css'
import 'dayjs/locale/ko'
import { DateTimePicker } from '@mantine/dates'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { zoneLabel } from '../time/format.ts'
import { instantOf, wallClockOf } from '../time/wallClock.ts'

interface Props {
  label: string
  description?: ReactNode
  /** ISO 8601. */
  value: string | null
  onChange: (at: string | null) => void
  /** In which its clock stands. */
  zone: string
  error?: ReactNode
  isClearable?: boolean
  /** ISO 8601; nothing after it can be chosen. */
  max?: string
}

/** An instant, chosen by the clock of a zone that is named beside it. */
export function ZonedDateTimePicker({
  label,
  description,
  value,
  onChange,
  zone,
  error,
  isClearable,
  max,
}: Props) {
  const { i18n } = useTranslation()
  return (
    <DateTimePicker
      label={`${label} (${zoneLabel(zone, value ?? new Date())})`}
      description={description}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={value && wallClockOf(value, zone)}
      onChange={(clock) => onChange(clock && instantOf(clock, zone))}
      valueFormat="YYYY-MM-DD HH:mm:ss"
      withSeconds
      clearable={isClearable ?? false}
      locale={i18n.language}
      error={error}
      {...(max ? { maxDate: wallClockOf(max, zone) } : {})}
    />
  )
}
