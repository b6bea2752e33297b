import { Paper, SegmentedControl, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconChartLine } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { LazyTimeChart } from '../../components/charts/LazyTimeChart.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { addDays, dayOf } from '../../time/days.ts'
import { formatDuration, formatInstant } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { instantOf } from '../../time/wallClock.ts'
import { useZone } from '../../time/zone.tsx'
import { LastRuns } from './LastRuns.tsx'

const RANGES = {
  day: { days: 1, interval: 'hour' },
  week: { days: 7, interval: 'hour' },
  month: { days: 30, interval: 'day' },
  quarter: { days: 90, interval: 'day' },
} as const
type Range = keyof typeof RANGES
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long runs take and how late they start: run by run, and over time. */
export function TrendsTab({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  const filters = useFilters()
  const zone = useZone().nameFor(cron.timezone)
  const now = useNow(HOUR_MS)
  const range = (Object.keys(RANGES) as Range[]).find((one) => one === filters.get('range')) ?? 'week'
  const { days, interval } = RANGES[range]
  const from =
    interval === 'hour'
      ? new Date(now - days * DAY_MS + HOUR_MS).toISOString()
      : instantOf(`${addDays(dayOf(new Date(now), zone), 1 - days)} 00:00:00`, zone)
  const ask = { params: { query: { cron_id: cron.id, interval, timezone: zone, from } } }
  const durations = api.useQuery('get', '/stats/durations', ask)
  const lateness = api.useQuery('get', '/stats/lateness', ask)
  return (
    <Stack gap="lg">
      <LastRuns cron={cron} />
      <SegmentedControl
        aria-label={t('trends.range')}
        value={range}
        onChange={(next) => filters.set({ range: next === 'week' ? null : next })}
        data={(Object.keys(RANGES) as Range[]).map((value) => ({ value, label: t(`trends.range_${value}`) }))}
        size="xs"
        style={{ alignSelf: 'flex-start' }}
      />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Trend
          title={t('trends.duration')}
          label={t('trends.durationLabel')}
          answer={durations}
          zone={zone}
          color="indigo"
        />
        <Trend
          title={t('trends.lateness')}
          why={t('trends.latenessWhy')}
          label={t('trends.latenessLabel')}
          answer={lateness}
          zone={zone}
          color="cyan"
        />
      </SimpleGrid>
    </Stack>
  )
}

interface TrendProps {
  title: string
  why?: string
  label: string
  answer: {
    data: Schemas['MeasuredSeries'] | undefined
    error: Parameters<typeof ErrorNotice>[0]['error'] | null
    refetch: () => unknown
  }
  zone: string
  color: string
}

function Trend({ title, why, label, answer: { data, error, refetch }, zone, color }: TrendProps) {
  const { t } = useTranslation('cron')
  const items = data?.items ?? []
  const style = data?.interval === 'day' ? 'date' : 'minute'
  return (
    <Paper withBorder p="md" component="section" miw={0}>
      <Title order={2} size="h5">
        {title}
      </Title>
      {why && (
        <Text size="xs" c="dimmed">
          {why}
        </Text>
      )}
      {error ? (
        <ErrorNotice error={error} onRetry={refetch} />
      ) : !data ? (
        <Skeleton h={220} mt="xs" />
      ) : items.every(({ count }) => count === 0) ? (
        <EmptyState title={t('trends.empty')} text={t('trends.emptyText')} icon={IconChartLine} />
      ) : (
        <LazyTimeChart
          label={label}
          height={220}
          labels={items.map(({ at }) => formatInstant(at, zone, style))}
          format={formatDuration}
          series={[
            { label: t('trends.p50'), values: items.map(({ p50_ms }) => p50_ms), color, kind: 'area' },
            {
              label: t('trends.p95'),
              values: items.map(({ p95_ms }) => p95_ms),
              color: 'orange',
              kind: 'line',
            },
            {
              label: t('trends.max'),
              values: items.map(({ max_ms }) => max_ms),
              color: 'red',
              kind: 'line',
              isDashed: true,
            },
          ]}
        />
      )}
    </Paper>
  )
}
