import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatInstant, formatRelative, type InstantStyle, zoneLabel } from './format.ts'
import { useNow } from './useNow.ts'
import { useZone } from './zone.tsx'

interface Props {
  /** ISO 8601; null shows a dash. */
  at: string | null | undefined
  /** The zone of the cron it belongs to, for who has chosen to see times in those. */
  cronZone?: string | null
  style?: InstantStyle
}

/** A time with its zone beside it; on hover, the same time in UTC. */
export function Instant({ at, cronZone, style = 'full' }: Props) {
  const { nameFor } = useZone()
  if (!at) return <Nothing />
  const zone = nameFor(cronZone)
  return (
    <time dateTime={at} title={`${formatInstant(at, 'UTC')} UTC`} className="tabular">
      {formatInstant(at, zone, style)} {zoneLabel(zone, at)}
    </time>
  )
}

/** `in 5 minutes`, `3 hours ago`; on hover, the time itself. */
export function RelativeTime({ at, cronZone }: Omit<Props, 'style'>) {
  const { nameFor } = useZone()
  const { i18n } = useTranslation()
  const now = useNow()
  if (!at) return <Nothing />
  const zone = nameFor(cronZone)
  return (
    <time dateTime={at} title={`${formatInstant(at, zone)} ${zoneLabel(zone, at)}`} className="tabular">
      {formatRelative(at, i18n.language, now)}
    </time>
  )
}

const Nothing = () => (
  <Text span c="dimmed" inherit>
    {'–'}
  </Text>
)
