import { Group, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { type MouseEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { zoneLabel } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { clockOf } from './clock.ts'
import classes from './DensityStrip.module.css'
import { LEVELS, loadLevel } from './loadLevel.ts'
import { useNumbers } from './useNumbers.ts'

type Forecast = Schemas['Forecast']

const HOUR_MS = 3_600_000
const TICK_HOURS = 3
/** As high as the highest, of which each bar is a part. */
const HEIGHT = 100
const MIN_BAR = 2

/** Runs by quarter of an hour, in the colour of how full the workers will be: as readable for ten crons as for ten thousand. */
export function DensityStrip({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation('overview')
  const { count } = useNumbers()
  const { nameFor } = useZone()
  const [place, setPlace] = useState(0)
  const zone = nameFor()
  const { items, pool_size: slots } = forecast
  const highest = Math.max(1, ...items.map(({ runs }) => runs))
  const levels = LEVELS.filter((level) =>
    items.some((item) => loadLevel(item.expected_running, slots) === level),
  )
  const follow = ({ clientX, currentTarget }: MouseEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    const found = Math.floor(((clientX - left) / width) * items.length)
    setPlace(Math.min(Math.max(found, 0), items.length - 1))
  }
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text size="xs" c="dimmed">
          {t('day.bucket', { count: highest })}
        </Text>
        {slots > 0 && levels.some((level) => level !== 'low') && (
          <Group gap="sm">
            {levels.map((level) => (
              <Group gap={4} key={level}>
                <span className={classes.key} data-level={level} />
                <Text size="xs">{t(`day.${level}`)}</Text>
              </Group>
            ))}
          </Group>
        )}
      </Group>
      <Tooltip.Floating label={items[place] ? <Bucket item={items[place]} slots={slots} /> : ''}>
        <div className={classes.plot} onMouseMove={follow} role="img" aria-label={t('day.chart')}>
          <svg viewBox={`0 0 ${items.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
            {items.map(({ at, runs, expected_running }, index) => {
              const height = runs === 0 ? 0 : Math.max((runs / highest) * HEIGHT, MIN_BAR)
              return (
                <rect
                  key={at}
                  x={index + 0.1}
                  width={0.8}
                  y={HEIGHT - height}
                  height={height}
                  data-level={loadLevel(expected_running, slots)}
                  data-here={index === place || undefined}
                />
              )
            })}
          </svg>
        </div>
      </Tooltip.Floating>
      <Ticks forecast={forecast} zone={zone} />
      <VisuallyHidden>
        <table>
          <caption>{t('day.chart')}</caption>
          <thead>
            <tr>
              <th scope="col">
                {t('day.at')} ({zoneLabel(zone)})
              </th>
              <th scope="col">{t('day.runs')}</th>
              <th scope="col">{t('day.atOnce')}</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ at, runs, expected_running }) => (
              <tr key={at}>
                <th scope="row">{clockOf(at, zone)}</th>
                <td>{count(runs)}</td>
                <td>{atOnce(expected_running)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </div>
  )
}

/** `0.3`, `12`. */
const atOnce = (running: number) => (running < 10 ? running.toFixed(1) : String(Math.round(running)))

function Bucket({ item, slots }: { item: Forecast['items'][number]; slots: number }) {
  const { t } = useTranslation('overview')
  const { nameFor } = useZone()
  const zone = nameFor()
  return (
    <>
      <Text size="sm" fw={600}>
        {clockOf(item.at, zone)} {zoneLabel(zone, item.at)}
      </Text>
      <Text size="sm">{t('day.bucket', { count: item.runs })}</Text>
      <Text size="sm">
        {t('day.expected', { running: atOnce(item.expected_running) })}
        {slots > 0 && ` ${t('day.ofPool', { count: slots })}`}
      </Text>
    </>
  )
}

/** The hours below, each three of them. */
function Ticks({ forecast: { items, from, to }, zone }: { forecast: Forecast; zone: string }) {
  const start = Date.parse(items[0]?.at ?? from)
  const length = Date.parse(to) - start
  const step = TICK_HOURS * HOUR_MS
  // Zones that are off by half an hour have their hours elsewhere; the clock's own are what a reader looks for.
  const hours = Array.from({ length: Math.ceil(length / HOUR_MS) + 1 }, (_, index) => start + index * HOUR_MS)
    .map((at) => at - (at % HOUR_MS))
    .filter((at) => at >= start && Number(clockOf(new Date(at), zone).slice(0, 2)) % TICK_HOURS === 0)
  return (
    <div className={classes.ticks} aria-hidden>
      {hours
        .filter((at) => (at - start) / length < 1 - HOUR_MS / step / 8)
        .map((at, index) => (
          <Text
            span
            size="xs"
            c="dimmed"
            key={at}
            data-odd={index % 2 === 1 || undefined}
            style={{ left: `${((at - start) / length) * 100}%` }}
          >
            {clockOf(new Date(at), zone)}
          </Text>
        ))}
    </div>
  )
}
