import { Alert, Button, Group, List, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core'
import { IconCalendarOff, IconInfoCircle, IconPlayerStop } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { ScopeFilters } from '../../components/ScopeFilters.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { useScope } from '../../components/useScope.ts'
import { zoneLabel } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { useZone } from '../../time/zone.tsx'
import { Collisions } from './Collisions.tsx'
import { ForecastFacts } from './ForecastFacts.tsx'
import { HeaviestCrons } from './HeaviestCrons.tsx'
import { LoadCharts } from './LoadCharts.tsx'
import { OverCapacity } from './OverCapacity.tsx'
import { TagPicker } from './TagPicker.tsx'
import { WeekHeatMap } from './WeekHeatMap.tsx'

const QUARTER_MS = 900_000
const DAY_MS = 86_400_000
const RANGES = { '24h': { days: 1, interval: '15min' }, '7d': { days: 7, interval: 'hour' } } as const

/** What will run: where it piles up, and which crons collide. */
export default function ForecastPage() {
  const { t } = useTranslation('forecast')
  const filters = useFilters()
  const zone = useZone().nameFor()
  const range = filters.get('range') === '7d' ? '7d' : '24h'
  const { days, interval } = RANGES[range]
  const scope = useScope()
  const tag = filters.get('tag')
  const isFiltered = scope.isSet || tag !== undefined
  // Rounded, so that the same question is asked for a while, and only once by all who look at the page.
  const from = useNow(QUARTER_MS)
  const { data, error, isPending, refetch } = api.useQuery('get', '/stats/forecast', {
    params: {
      query: {
        from: new Date(from).toISOString(),
        to: new Date(from + days * DAY_MS).toISOString(),
        interval,
        ...scope.query,
        ...(tag ? { tag } : {}),
      },
    },
  })
  const clear = () => filters.set({ cron_id: null, handler_name: null, tag: null })
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        aside={
          <Text size="sm" c="dimmed">
            {zoneLabel(zone)}
          </Text>
        }
      />
      <Group justify="space-between" mb="md" gap="xs">
        <SegmentedControl
          aria-label={t('range')}
          value={range}
          onChange={(next) => filters.set({ range: next === '24h' ? null : next })}
          data={[
            { value: '24h', label: t('range_day') },
            { value: '7d', label: t('range_week') },
          ]}
        />
        <ScopeFilters scope={scope} onClear={isFiltered ? clear : undefined}>
          <TagPicker value={tag} onChange={(next) => filters.set({ tag: next })} />
        </ScopeFilters>
      </Group>
      {error && <ErrorNotice error={error} onRetry={refetch} />}
      {isPending && (
        <Stack>
          <Skeleton h={76} />
          <Skeleton h={320} />
          <Skeleton h={320} />
        </Stack>
      )}
      {data && !error && data.total_runs === 0 && (
        <>
          <Notes forecast={data} />
          <EmptyState
            title={t('empty')}
            text={t(isFiltered ? 'emptyFiltered' : 'emptyText')}
            icon={IconCalendarOff}
          >
            <Button component={Link} to="/crons" variant="light">
              {t('toCrons')}
            </Button>
          </EmptyState>
        </>
      )}
      {data && data.total_runs > 0 && (
        <Stack gap="lg">
          <Notes forecast={data} />
          <ForecastFacts forecast={data} zone={zone} />
          <OverCapacity forecast={data} zone={zone} />
          <LoadCharts forecast={data} zone={zone} />
          {range === '7d' && <WeekHeatMap forecast={data} zone={zone} />}
          <Collisions forecast={data} />
          <HeaviestCrons forecast={data} />
          <Text size="xs" c="dimmed">
            {t('notCounted')}
          </Text>
        </Stack>
      )}
    </>
  )
}

/** What stands between these figures and what will be. */
function Notes({ forecast }: { forecast: Schemas['Forecast'] }) {
  const { t } = useTranslation('forecast')
  const unknown = forecast.items.reduce((sum, item) => sum + item.unknown, 0)
  const hasNotes = unknown > 0 || forecast.left_out.length > 0
  return (
    <>
      {!forecast.scheduler_running && (
        <Alert color="orange" icon={<IconPlayerStop aria-hidden />} role="status">
          {t('stopped')}
        </Alert>
      )}
      {hasNotes && (
        <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} title={t('leftOut.title')} role="note">
          <List size="sm" spacing={4}>
            {unknown > 0 && <List.Item>{t('unknown', { count: unknown })}</List.Item>}
            {forecast.left_out.map(({ reason, crons }) => (
              <List.Item key={reason}>{t(`leftOut.${reason}`, { count: crons ?? 0 })}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  )
}
