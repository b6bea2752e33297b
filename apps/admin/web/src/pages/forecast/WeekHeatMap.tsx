import { Paper, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { HeatLegend } from '../../components/charts/HeatLegend.tsx'
import { HeatMap } from '../../components/charts/HeatMap.tsx'
import type { HeatCell } from '../../components/charts/HeatMapCell.tsx'
import { addDays, dayOf, formatDay } from '../../time/days.ts'
import { formatInstant } from '../../time/format.ts'
import { type Bucket, formatRunning, TIGHT } from './load.ts'

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))
/** Every so manyth hour has its name above it. */
const NAMED_HOURS = 3

/** A week as days by hours: where load piles up. */
export function WeekHeatMap({ forecast, zone }: { forecast: Schemas['Forecast']; zone: string }) {
  const { t, i18n } = useTranslation('forecast')
  const { items, pool_size } = forecast
  const byHour = new Map<string, Bucket>()
  for (const item of items) {
    // Of an hour that the clocks show twice, the fuller one.
    const place = formatInstant(item.at, zone).slice(0, 13)
    const known = byHour.get(place)
    if (!known || known.expected_running < item.expected_running) byHour.set(place, item)
  }
  const most = Math.max(...items.map(({ expected_running }) => expected_running), 0)
  // Against the slots where they are nearly used, else against the fullest hour: a quiet week has its hills too.
  const full = Math.max(most, pool_size > 0 && most > pool_size * TIGHT ? pool_size : 0)
  const first = dayOf(forecast.from, zone)
  const last = dayOf(new Date(Date.parse(forecast.to) - 1), zone)
  const days: string[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day)
  const cellOf = (day: string, hour: string): HeatCell | null => {
    const bucket = byHour.get(`${day} ${hour}`)
    if (!bucket) return null
    const { expected_running: running, runs } = bucket
    const title = t('heat.cell', {
      day: formatDay(day, i18n.language, { weekday: 'short', month: 'short', day: 'numeric' }),
      hour: `${hour}:00`,
      running: formatRunning(running, i18n.language),
      runs: runs.toLocaleString(i18n.language),
    })
    const id = `${day} ${hour}`
    if (runs === 0 && running === 0) return { id, title, color: null, level: 0 }
    const isOver = running > pool_size
    return {
      id,
      title,
      color: colorOf(running, pool_size),
      level: full > 0 ? running / full : 0,
      ...(isOver ? { mark: 'dot' as const } : {}),
    }
  }
  const isEver = (color: string) => items.some((item) => colorOf(item.expected_running, pool_size) === color)
  return (
    <Paper withBorder p="md" component="section" miw={0}>
      <Title order={2} size="h5">
        {t('heat.title')}
      </Title>
      <Text size="xs" c="dimmed" mb="xs">
        {t('heat.why')}
      </Text>
      <HeatMap
        label={t('heat.label')}
        size={22}
        labelWidth={88}
        columns={HOURS.map((hour, index) => ({
          id: hour,
          label: index % NAMED_HOURS === 0 ? hour : '',
          title: t('heat.hour', { hour: `${hour}:00`, next: `${HOURS[(index + 1) % 24]}:00` }),
        }))}
        rows={days.map((day) => ({
          id: day,
          label: formatDay(day, i18n.language, { weekday: 'short', month: 'short', day: 'numeric' }),
          cells: HOURS.map((hour) => cellOf(day, hour)),
        }))}
      />
      <HeatLegend
        entries={[
          { label: t('heat.fits'), color: 'indigo', level: 0.7 },
          ...(isEver('orange') ? [{ label: t('heat.tight'), color: 'orange', level: 0.9 }] : []),
          ...(isEver('red') ? [{ label: t('heat.over'), color: 'red', level: 1, mark: 'dot' as const }] : []),
          { label: t('heat.nothing'), color: null, level: 0 },
        ]}
      />
    </Paper>
  )
}

const colorOf = (running: number, slots: number) =>
  running > slots ? 'red' : running > slots * TIGHT ? 'orange' : 'indigo'
