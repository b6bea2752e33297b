import { Paper, SimpleGrid, Text, Title } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { LazyTimeChart } from '../../components/charts/LazyTimeChart.tsx'
import type { Series } from '../../components/charts/TimeChart.tsx'
import { formatInstant } from '../../time/format.ts'
import { formatRunning } from './load.ts'

/** Below this share of the slots their line would press the load flat onto the axis. */
const FLAT = 0.2

/** Expected load against what the workers can do, and how many runs begin. */
export function LoadCharts({ forecast, zone }: { forecast: Schemas['Forecast']; zone: string }) {
  const { t, i18n } = useTranslation('forecast')
  const { items, pool_size } = forecast
  const interval = t(`load.interval_${forecast.interval === 'hour' ? 'hour' : '15min'}`)
  const labels = useMemo(() => items.map(({ at }) => formatInstant(at, zone, 'minute')), [items, zone])
  const most = Math.max(...items.map(({ expected_running }) => expected_running))
  const isFlat = most < pool_size * FLAT
  const load: Series[] = useMemo(
    () => [
      {
        label: t('load.expected'),
        values: items.map(({ expected_running }) => expected_running),
        color: 'indigo',
        kind: 'area',
      },
      ...(isFlat
        ? []
        : [
            {
              label: t('load.pool'),
              values: items.map(() => pool_size),
              color: 'red',
              kind: 'line' as const,
              isDashed: true,
            },
          ]),
    ],
    [items, pool_size, isFlat, t],
  )
  const runs: Series[] = useMemo(
    () => [{ label: t('load.runs'), values: items.map((item) => item.runs), color: 'cyan' }],
    [items, t],
  )
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Paper withBorder p="md" component="section" miw={0}>
        <Title order={2} size="h5">
          {t('load.title')}
        </Title>
        <Text size="xs" c="dimmed" mb="xs" mih={{ lg: 38 }}>
          {t('load.why', { interval })} {isFlat ? t('load.flat', { slots: pool_size }) : t('load.above')}
        </Text>
        <LazyTimeChart
          label={t('load.label', { interval })}
          labels={labels}
          series={load}
          height={220}
          format={(value) => formatRunning(value, i18n.language)}
        />
      </Paper>
      <Paper withBorder p="md" component="section" miw={0}>
        <Title order={2} size="h5">
          {t('load.runs')}
        </Title>
        <Text size="xs" c="dimmed" mb="xs" mih={{ lg: 38 }}>
          {t('load.runsLabel', { interval })}
        </Text>
        <LazyTimeChart
          label={t('load.runsLabel', { interval })}
          labels={labels}
          series={runs}
          height={220}
          format={(value) => value.toLocaleString(i18n.language)}
        />
      </Paper>
    </SimpleGrid>
  )
}
