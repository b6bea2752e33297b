import { SimpleGrid } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { Figure, FigureTile } from '../../components/FigureTile.tsx'
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
      <FigureTile name={t('facts.runs')} more={t('facts.crons', { count: total_crons })}>
        <Figure>{count(total_runs)}</Figure>
      </FigureTile>
      <FigureTile
        name={t('facts.busy')}
        more={pool_size > 0 && t('facts.share', { share: percent.format(busyMs / canMs) })}
      >
        <Figure>{formatDuration(busyMs)}</Figure>
      </FigureTile>
      <FigureTile
        name={t('facts.peak')}
        more={peak && t('facts.peakAt', { at: formatInstant(peak.at, zone, 'minute') })}
      >
        <Figure>{peak ? formatRunning(peak.expected_running, i18n.language) : '–'}</Figure>
      </FigureTile>
      <FigureTile name={t('facts.slots')} more={t(pool_size > 0 ? 'facts.slotsMore' : 'facts.noWorkers')}>
        <Figure isBad={pool_size === 0}>{count(pool_size)}</Figure>
      </FigureTile>
      <FigureTile
        name={t('facts.over')}
        more={over.length > 0 ? t('facts.overMore', { count: over.length }) : t('facts.overNone')}
      >
        <Figure isBad={over.length > 0}>{over.length > 0 ? formatDuration(overMs) : '–'}</Figure>
      </FigureTile>
    </SimpleGrid>
  )
}
