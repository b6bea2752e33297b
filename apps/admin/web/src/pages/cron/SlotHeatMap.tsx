import { Skeleton, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { HeatLegend } from '../../components/charts/HeatLegend.tsx'
import { HeatMap } from '../../components/charts/HeatMap.tsx'
import type { HeatCell, HeatMark } from '../../components/charts/HeatMapCell.tsx'
import { countOf, type DayStats, RESULTS, resultsOf } from '../../components/dayResults.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { STATUS_COLOR } from '../../components/status.ts'
import { addDays, dayOf, formatDay, weekdayOf } from '../../time/days.ts'
import { useNow } from '../../time/useNow.ts'
import { instantOf } from '../../time/wallClock.ts'
import { useZone } from '../../time/zone.tsx'

const WEEKS = 26
/** Admin answers at most 92 days at once: the map is asked for in two halves. */
const HALF_DAYS = 91
const MINUTE_MS = 60_000
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6]

const MARK: Partial<Record<(typeof RESULTS)[number], HeatMark>> = {
  FAILED: 'dot',
  TIMEOUT: 'ring',
  CANCELLED: 'bar',
  SKIPPED: 'bar',
}

/** Half a year by day; a day shows the worst that happened on it. */
export function SlotHeatMap({
  cron,
  day,
  onPick,
}: {
  cron: Schemas['Cron']
  /** The chosen one. */
  day: string | undefined
  onPick: (day: string) => void
}) {
  const { t, i18n } = useTranslation(['cron', 'common'])
  const zone = useZone().nameFor(cron.timezone)
  const today = dayOf(new Date(useNow(MINUTE_MS)), zone)
  const monday = addDays(today, -weekdayOf(today))
  const first = addDays(monday, -7 * (WEEKS - 1))
  const middle = addDays(first, HALF_DAYS)
  const end = addDays(first, 7 * WEEKS)
  const start = (of: string) => instantOf(`${of} 00:00:00`, zone)
  const ask = (from: string, to: string) => ({
    params: { query: { cron_id: cron.id, timezone: zone, from: start(from), to: start(to) } },
  })
  const older = api.useQuery('get', '/stats/daily', ask(first, middle))
  const newer = api.useQuery('get', '/stats/daily', ask(middle, end))
  const error = older.error ?? newer.error
  if (error)
    return (
      <ErrorNotice
        error={error}
        onRetry={() => {
          void older.refetch()
          void newer.refetch()
        }}
      />
    )
  if (!older.data || !newer.data) return <Skeleton h={180} />

  const byDay = new Map([...older.data.items, ...newer.data.items].map((one) => [one.date, one]))
  const days = [...byDay.values()]
  const most = mostOf(days)
  const cellOf = (date: string): HeatCell | null => {
    if (date > today) return null
    const stats = byDay.get(date)
    const results = stats ? resultsOf(stats) : []
    const shownDate = formatDay(date, i18n.language)
    const worst = results[0]
    if (!stats || !worst)
      return { id: date, color: null, level: 0, title: t('heat.nothing', { date: shownDate }) }
    const text = results
      .map(
        (result) => `${t(`common:status.${result}`)} ${countOf(stats, result).toLocaleString(i18n.language)}`,
      )
      .join(', ')
    const mark = MARK[worst]
    return {
      id: date,
      color: STATUS_COLOR[worst],
      level: countOf(stats, worst) / most[worst],
      title: t('heat.day', { date: shownDate, text }),
      ...(mark ? { mark } : {}),
    }
  }
  const weeks = Array.from({ length: WEEKS }, (_, week) => addDays(first, 7 * week))
  const columns = weeks.map((week, index) => {
    const isNewMonth = week.slice(0, 7) !== weeks[index - 1]?.slice(0, 7)
    return {
      id: week,
      // A month of which the map has but a week would run into the next one's name.
      label:
        isNewMonth && weeks[index + 2]?.slice(0, 7) !== addDays(week, 31).slice(0, 7)
          ? formatDay(week, i18n.language, { month: 'short' })
          : '',
      title: t('heat.weekOf', { date: formatDay(week, i18n.language) }),
    }
  })
  const rows = WEEKDAYS.map((weekday) => ({
    id: String(weekday),
    label: formatDay(addDays(first, weekday), i18n.language, { weekday: 'short' }),
    cells: weeks.map((week) => cellOf(addDays(week, weekday))),
  }))
  const shown = RESULTS.filter((result) => most[result] > 0)
  return (
    <Stack gap={6} component="section" aria-labelledby="slot-heat">
      <Title order={2} size="h4" id="slot-heat">
        {t('heat.title')}
      </Title>
      <Text size="sm" c="dimmed">
        {t('heat.why')}
      </Text>
      <HeatMap
        label={t('heat.label', {
          from: formatDay(first, i18n.language),
          to: formatDay(today, i18n.language),
        })}
        columns={columns}
        rows={rows}
        size={20}
        isEndFirst
        selected={day}
        onPick={({ id }) => onPick(id)}
      />
      <HeatLegend
        entries={[
          ...shown.map((result) => ({
            label: t(`common:status.${result}`),
            value: sumOf(days, result).toLocaleString(i18n.language),
            color: STATUS_COLOR[result],
            level: 0.8,
            ...(MARK[result] ? { mark: MARK[result] } : {}),
          })),
          { label: t('heat.legendNothing'), color: null, level: 0 },
        ]}
      />
    </Stack>
  )
}

const sumOf = (days: DayStats[], result: (typeof RESULTS)[number]) =>
  days.reduce((sum, day) => sum + countOf(day, result), 0)

/** The most that one day has of each result. */
function mostOf(days: DayStats[]): Record<(typeof RESULTS)[number], number> {
  const most = { FAILED: 0, TIMEOUT: 0, CANCELLED: 0, SKIPPED: 0, SUCCESS: 0 }
  for (const day of days)
    for (const result of RESULTS) most[result] = Math.max(most[result], countOf(day, result))
  return most
}
