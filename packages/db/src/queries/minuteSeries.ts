import type { Tx } from '../database.ts'
import { Histogram } from '../histogram.ts'

/** How things stood at a full minute. */
export interface MinuteSample {
  at: Date
  ready: number
  running: number
  /** Null: nothing was ready. */
  oldestReadyMs: number | null
}

export interface TotalSample extends MinuteSample {
  /** How many had settled ever. */
  success: number
  failed: number
  timeout: number
  cancelled: number
  skipped: number
  /** Lateness of what had settled in the hour that the minute before lies in. */
  lateness: Histogram
}

const FIGURES = `oldest_ready_ms AS "oldestReadyMs"`
const IN_TIME = 'at BETWEEN $1 AND $2'

/** The samples taken from one minute to another, both included, in their order. Called by: the admin API. */
export async function totalSamples(tx: Tx, from: Date, to: Date): Promise<TotalSample[]> {
  const { rows } = await tx.query<Omit<TotalSample, 'lateness'> & { histogram: string }>({
    name: 'totalSamples',
    text: `SELECT at, success, failed, timeout, cancelled, skipped, ready, running, ${FIGURES},
        lateness_histogram::text AS histogram
      FROM minute_samples WHERE ${IN_TIME} ORDER BY at`,
    values: [from, to],
  })
  return rows.map(({ histogram, ...row }) => ({ ...row, lateness: new Histogram(histogram) }))
}

/** As `totalSamples`, of one queue: without a row it had nothing. */
export async function queueSamples(tx: Tx, queue: string, from: Date, to: Date): Promise<MinuteSample[]> {
  const { rows } = await tx.query<MinuteSample>({
    name: 'queueSamples',
    text: `SELECT m.at, coalesce(q.ready, 0) AS ready, coalesce(q.running, 0) AS running, q.${FIGURES}
      FROM minute_samples AS m LEFT JOIN queue_samples AS q ON q.at = m.at AND q.queue = $3
      WHERE m.${IN_TIME} ORDER BY m.at`,
    values: [from, to, queue],
  })
  return rows
}
