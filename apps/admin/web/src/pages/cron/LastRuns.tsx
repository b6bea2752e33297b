import { Paper, Skeleton, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { LazyTimeChart } from '../../components/charts/LazyTimeChart.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { STATUS_COLOR } from '../../components/status.ts'
import { formatDuration, formatInstant } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'

const COUNT = 100
const ENDED = ['SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED'] as const

/** The last runs as bars, each as high as it took long, against their median. */
export function LastRuns({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation(['cron', 'common'])
  const zone = useZone().nameFor(cron.timezone)
  const navigate = useNavigate()
  const { data, error, refetch } = api.useQuery('get', '/jobs', {
    params: {
      query: {
        cron_id: cron.id,
        status: [...ENDED],
        size: COUNT,
        fields: ['id', 'status', 'scheduled_time', 'duration_ms'],
      },
    },
  })
  const runs = ((data?.items ?? []) as Schemas['Job'][])
    .filter(({ duration_ms }) => duration_ms !== null)
    .reverse()
  const sorted = runs.map(({ duration_ms }) => duration_ms!).sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const times = runs.map(({ scheduled_time }) => formatInstant(scheduled_time, zone, 'minute'))
  const labels = times.map((time, place) =>
    time === times[place - 1] ? `${time} #${runs[place]!.id}` : time,
  )
  return (
    <Paper withBorder p="md" component="section" miw={0}>
      <Title order={2} size="h5">
        {t('trends.last')}
      </Title>
      <Text size="xs" c="dimmed">
        {t('trends.lastWhy')}
      </Text>
      {error ? (
        <ErrorNotice error={error} onRetry={refetch} />
      ) : !data ? (
        <Skeleton h={200} mt="xs" />
      ) : runs.length === 0 ? (
        <EmptyState title={t('runs.empty')} text={t('runs.emptyText')} />
      ) : (
        <LazyTimeChart
          label={t('trends.lastLabel', { count: runs.length })}
          height={200}
          labels={labels}
          format={formatDuration}
          onPick={(place) => navigate(`/jobs/${runs[place]!.id}`)}
          series={[
            ...ENDED.filter((status) => runs.some((run) => run.status === status)).map((status) => ({
              label: t(`common:status.${status}`),
              values: runs.map((run) => (run.status === status ? run.duration_ms : null)),
              color: STATUS_COLOR[status],
            })),
            {
              label: t('trends.median'),
              values: runs.map(() => median),
              color: 'indigo',
              kind: 'line' as const,
              isDashed: true,
            },
          ]}
        />
      )}
    </Paper>
  )
}
