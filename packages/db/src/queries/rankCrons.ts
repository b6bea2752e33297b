import type { Tx } from '../database.ts'
import { UNFOLDED } from './unfoldedDeltas.ts'

// A cron among the first n by its greatest value of all hours is among the first n of the hour of that value. Four rows an
// hour: one for each status that has values.
const byGreatest = (measure: 'duration' | 'lateness', values: string) => `
SELECT job_id AS id FROM (
  SELECT slowest.job_id, slowest.ms
  FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') AS h (hour)
  CROSS JOIN LATERAL (
    SELECT job_id, ${measure}_max_ms AS ms FROM execution_stats AS s
    WHERE s.hour = h.hour AND job_id <> 0 AND ${measure}_max_ms > 0
    ORDER BY ${measure}_max_ms DESC LIMIT 4 * $3
  ) AS slowest
  UNION ALL
  SELECT job_id, ms FROM ${UNFOLDED} AS delta CROSS JOIN unnest(${values}) AS ms
  WHERE job_id IS NOT NULL AND hour >= $1 AND hour < $2 AND ms > 0
) AS entry
GROUP BY job_id ORDER BY max(ms) DESC, job_id LIMIT $3`

const UNFOLDED_FAILURES = `
  SELECT job_id, count, hour FROM ${UNFOLDED} AS delta
  WHERE job_id IS NOT NULL AND status IN ('FAILED', 'TIMEOUT') AND hour >= $1 AND hour < $2`

/** Hours of crons with failures that a ranking looks at: where everything fails, the newest have to do. */
export const RANKED_FAILURES = 20_000

const BY_FAILURES = `
SELECT job_id AS id FROM (
  (
    SELECT job_id, count, hour FROM execution_failures_hourly WHERE hour >= $1 AND hour < $2
    ORDER BY hour DESC, job_id DESC LIMIT ${RANKED_FAILURES}
  )
  UNION ALL ${UNFOLDED_FAILURES}
) AS entry
GROUP BY job_id ORDER BY sum(count) DESC, job_id LIMIT $3`

// A cron has one row an hour, so the newest n rows for each hour of the time hold n crons.
const BY_LAST_FAILURE = `
SELECT job_id AS id FROM (
  (
    SELECT job_id, count, hour FROM execution_failures_hourly WHERE hour >= $1 AND hour < $2
    ORDER BY hour DESC, job_id DESC LIMIT $3 * (extract(epoch FROM $2::timestamptz - $1) / 3600)
  )
  UNION ALL ${UNFOLDED_FAILURES}
) AS entry
GROUP BY job_id ORDER BY max(hour) DESC, job_id DESC LIMIT $3`

const byName = (direction: 'ASC' | 'DESC') => `
SELECT id FROM cron_jobs WHERE deleted_at IS NULL AND $1::timestamptz < $2 ORDER BY name ${direction} LIMIT $3`

/** The orders of crons that an index gives, so that they cost the same for a hundred crons as for a hundred thousand. */
const ORDERS = {
  '-failures': BY_FAILURES,
  '-last_failure': BY_LAST_FAILURE,
  '-duration_max': byGreatest('duration', 'durations_ms'),
  '-lateness_max': byGreatest('lateness', 'lateness_ms'),
  name: byName('ASC'),
  '-name': byName('DESC'),
}
export type CronRank = keyof typeof ORDERS
export const CRON_RANKS = Object.keys(ORDERS) as CronRank[]

/**
 * The first crons by what settled of them from `from` to `to`, both whole hours; those without a failure, or without a
 * duration or lateness of a millisecond, are not in those orders.
 *
 * Index: primary key of `execution_failures_hourly` (for the most failures the newest `RANKED_FAILURES` rows of the time),
 * `execution_stats_duration_idx`, `execution_stats_lateness_idx`, `cron_jobs_name_key`. Called by: the admin API.
 */
export async function rankCrons(
  tx: Tx,
  order: CronRank,
  from: Date,
  to: Date,
  limit: number,
): Promise<number[]> {
  const { rows } = await tx.query<{ id: number }>({
    name: `rankCrons ${order}`,
    text: ORDERS[order],
    values: [from, to, limit],
  })
  return rows.map((row) => row.id)
}
