import type { Schemas } from '../../api/client.ts'

type Forecast = Schemas['Forecast']
export type Bucket = Forecast['items'][number]

/** Above this share of the slots an hour counts as tight. */
export const TIGHT = 0.8

const BUCKET_MS = { minute: 60_000, '5min': 300_000, '15min': 900_000, hour: 3_600_000 } as const

/** A stretch of time in which more is expected than fits. */
interface Stretch {
  from: string
  to: string
  /** The most at once in it. */
  running: number
}

/** Buckets in a row that do not fit, as one. */
export function stretchesOver({ items, interval, pool_size, to: end }: Forecast): Stretch[] {
  const stretches: Stretch[] = []
  let isOver = false
  for (const { at, expected_running: running } of items) {
    const wasOver = isOver
    isOver = running > pool_size
    if (!isOver) continue
    const to = new Date(Math.min(Date.parse(at) + BUCKET_MS[interval], Date.parse(end))).toISOString()
    const last = stretches.at(-1)
    if (wasOver && last) Object.assign(last, { to, running: Math.max(last.running, running) })
    else stretches.push({ from: at, to, running })
  }
  return stretches
}

/** `2.4`, `140`: no more digits than tell something. */
export function formatRunning(running: number, language: string): string {
  return running.toLocaleString(language, { maximumFractionDigits: running < 10 ? 1 : 0 })
}

export const busyOf = ({ items }: Forecast) => items.reduce((sum, { busy_ms }) => sum + busy_ms, 0)
