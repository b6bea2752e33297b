import { Badge, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { useZone } from '../../time/zone.tsx'
import { clockOf } from './clock.ts'

const SHOWN = 4

/** The seconds in which most crons fire together, in order of time. */
export function Collisions({ forecast }: { forecast: Schemas['Forecast'] }) {
  const { t } = useTranslation('overview')
  const { nameFor } = useZone()
  if (forecast.collisions.length === 0) return null
  const worst = forecast.collisions.slice(0, SHOWN).sort((a, b) => a.at.localeCompare(b.at))
  return (
    <Group gap={6}>
      <Text size="xs" c="dimmed">
        {t('day.collisions')}
      </Text>
      {worst.map(({ at, crons, longest }) => (
        <Badge
          key={at}
          variant="default"
          tt="none"
          fw={500}
          title={longest.map(({ cron_name }) => cron_name).join('\n')}
        >
          {t('day.collision', { time: clockOf(at, nameFor()), count: crons })}
        </Badge>
      ))}
    </Group>
  )
}
