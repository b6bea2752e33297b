import { Paper, SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { formatDuration, formatInstant } from '../../time/format.ts'
import { type Bucket, busyOf, formatRunning, stretchesOver } from './load.ts'

/** The range in figures. */
export function ForecastFacts({ forecast, zone }: { forecast: Schemas['Forecast']; zone: string }) {
  const { t, i18n } = useTranslation('forecast')
  const { items, pool_size, total_runs, total_crons, from, to } = forecast
  const count = (value: number) => value.toLocaleString(i18n.language)
  const busyMs = busyOf(forecast)
  const canMs = pool_size * (Date.parse(to) - Date.parse(from))
  const peak = items.reduce<Bucket | undefined>(
    (most, item) => (item.expected_running > (most?.expected_running ?? 0) ? item : most),
    undefined,
  )
  const over = stretchesOver(forecast)
  const overMs = over.reduce((sum, one) => sum + Date.parse(one.to) - Date.parse(one.from), 0)
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <SimpleGrid
      cols={{ base: 2, sm: 3, lg: 5 }}
      spacing="sm"
      className="jobu-pairs"
      component="section"
      aria-label={t('facts.label')}
    >
      <Fact name={t('facts.runs')} more={t('facts.crons', { count: total_crons })}>
        {count(total_runs)}
      </Fact>
      <Fact
        name={t('facts.busy')}
        more={pool_size > 0 && t('facts.share', { share: percent.format(busyMs / canMs) })}
      >
        {formatDuration(busyMs)}
      </Fact>
      <Fact
        name={t('facts.peak')}
        more={peak && t('facts.peakAt', { at: formatInstant(peak.at, zone, 'minute') })}
      >
        {peak ? formatRunning(peak.expected_running, i18n.language) : '–'}
      </Fact>
      <Fact
        name={t('facts.slots')}
        more={t(pool_size > 0 ? 'facts.slotsMore' : 'facts.noWorkers')}
        isBad={pool_size === 0}
      >
        {count(pool_size)}
      </Fact>
      <Fact
        name={t('facts.over')}
        more={over.length > 0 ? t('facts.overMore', { count: over.length }) : t('facts.overNone')}
        isBad={over.length > 0}
      >
        {over.length > 0 ? formatDuration(overMs) : '–'}
      </Fact>
    </SimpleGrid>
  )
}

function Fact({
  name,
  more,
  isBad = false,
  children,
}: {
  name: string
  more: ReactNode
  isBad?: boolean
  children: ReactNode
}) {
  return (
    <Paper withBorder px="sm" py={8} miw={0}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={650} size="lg" className="tabular" {...(isBad ? { c: 'light-dark(#c92a2a, #ff8787)' } : {})}>
        {children}
      </Text>
      {more && (
        <Text size="xs" c="dimmed">
          {more}
        </Text>
      )}
    </Paper>
  )
}
