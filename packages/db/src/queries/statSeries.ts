import type { Tx } from '../database.ts'
import { Histogram } from '../histogram.ts'
import type { ExecutionStatus } from '../states.ts'
import { instantArray } from './types.ts'
import { UNFOLDED } from './unfoldedDeltas.ts'

/** Of which executions. */
export interface StatScope {
  jobId?: number
  handlerName?: string
  statuses: readonly ExecutionStatus[]
}

/** What a series measures: how long attempts ran, or how long after they were due they started. */
export type Measure = 'duration' | 'lateness'

/** Of the values in one place of a series; in milliseconds. */
export interface MeasuredValues {
  sumMs: number
  maxMs: number
  histogram: Histogram
}

// A cron's hours by its index, all others by the roll-up that does not know crons. $1 starts of the places and the end of
// the last, $2 the first of them, $3 the last, $4 statuses, $5 handler or null, $6 cron or null.
const ROWS = {
  cron: `execution_stats WHERE job_id = $6 AND job_id <> 0 AND ($5::text IS NULL OR handler_name = $5)`,
  all: `execution_stats_hourly WHERE handler_name = coalesce($5::text, '')`,
}
const IN_TIME = 'hour >= $2 AND hour < $3 AND status = ANY ($4::execution_status[])'
const UNFOLDED_ROWS = `${UNFOLDED} AS delta WHERE ($5::text IS NULL OR handler_name = $5) AND ($6::bigint IS NULL OR job_id = $6) AND ${IN_TIME}`
const PLACE = 'width_bucket(hour, $1::timestamptz[]) - 1 AS place'

const countText = (rows: keyof typeof ROWS) => `
SELECT ${PLACE}, status, sum(count)::bigint AS count
FROM (
  SELECT hour, status, count FROM ${ROWS[rows]} AND ${IN_TIME}
  UNION ALL
  SELECT hour, status, count FROM ${UNFOLDED_ROWS}
) AS entry
GROUP BY 1, 2`

const measureText = (rows: keyof typeof ROWS, measure: Measure) => `
SELECT ${PLACE}, sum(sum_ms)::bigint AS "sumMs", max(max_ms) AS "maxMs", sum(histogram)::text AS histogram
FROM (
  SELECT hour, ${measure}_sum_ms AS sum_ms, ${measure}_max_ms AS max_ms, ${measure}_histogram AS histogram
  FROM ${ROWS[rows]} AND ${IN_TIME}
  UNION ALL
  SELECT hour, (SELECT sum(ms) FROM unnest(ms) AS ms), (SELECT max(ms) FROM unnest(ms) AS ms),
    (SELECT sum(jobu_histogram_unit(ms)) FROM unnest(ms) AS ms)
  FROM (SELECT hour, ${measure === 'duration' ? 'durations_ms' : 'lateness_ms'} AS ms FROM ${UNFOLDED_ROWS}) AS delta
) AS entry
GROUP BY 1`

/**
 * How many executions settled in each status.
 *
 * Index: `execution_stats_job_key`, or the primary key of the roll-up by handler. Called by: the admin API.
 *
 * @param bounds  where the places of the series begin, ascending, and where the last one ends: an hour belongs to the
 *                place in which it begins
 * @returns per place and status; places without any are missing
 */
export async function countSeries(
  tx: Tx,
  scope: StatScope,
  bounds: Date[],
): Promise<Array<{ place: number; status: ExecutionStatus; count: number }>> {
  const rows = scope.jobId === undefined ? 'all' : 'cron'
  const found = await tx.query<{ place: number; status: ExecutionStatus; count: number }>({
    name: `countSeries ${rows}`,
    text: countText(rows),
    values: valuesOf(scope, bounds),
  })
  return found.rows
}

/** As `countSeries`, for what was measured of the attempts that started. */
export async function measureSeries(
  tx: Tx,
  measure: Measure,
  scope: StatScope,
  bounds: Date[],
): Promise<Array<MeasuredValues & { place: number }>> {
  const rows = scope.jobId === undefined ? 'all' : 'cron'
  const found = await tx.query<{ place: number; sumMs: number; maxMs: number; histogram: string }>({
    name: `measureSeries ${rows} ${measure}`,
    text: measureText(rows, measure),
    values: valuesOf(scope, bounds),
  })
  return found.rows.map((row) => ({ ...row, histogram: new Histogram(row.histogram ?? '') }))
}

function valuesOf({ jobId, handlerName, statuses }: StatScope, bounds: Date[]): unknown[] {
  return [instantArray(bounds), bounds[0], bounds.at(-1), statuses, handlerName ?? null, jobId ?? null]
}
