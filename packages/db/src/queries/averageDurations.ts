import type { Tx } from '../database.ts'
import { plainArray } from './types.ts'

/** How far back the average looks, in days ... */
const DAYS = 7
/** ... and at how many rows of the roll-up, one for each hour and status, the newest. */
const NEWEST = 8

// What failed before it ran, such as an execution of a handler that nobody serves, says nothing.
const RAN = `status IN ('SUCCESS', 'FAILED', 'TIMEOUT') AND (status = 'SUCCESS' OR duration_max_ms > 0)`
const MEAN = 'round(sum(duration_sum_ms) / sum(count))::bigint AS ms'

// Rows of (cron, hour) are compared, for which only the index by cron serves: with the cron alone the planner likes an index
// that begins with the hour, and looks into every hour of the week.
const cronsText = `
SELECT c.id, average.ms
FROM cron_jobs AS c CROSS JOIN LATERAL (
  SELECT ${MEAN} FROM (
    SELECT duration_sum_ms, count FROM execution_stats AS s
    WHERE (s.job_id, s.hour) >= (c.id, now() - interval '${DAYS} days') AND (s.job_id, s.hour) < (c.id + 1, '-infinity')
      AND s.job_id <> 0 AND s.handler_name = c.handler_name AND ${RAN}
    ORDER BY s.job_id DESC, s.hour DESC LIMIT ${NEWEST}
  ) AS newest
) AS average
WHERE c.id = ANY ($1::bigint[]) AND average.ms IS NOT NULL`

const handlersText = `
SELECT h.name, average.ms
FROM unnest($1::text[]) AS h (name) CROSS JOIN LATERAL (
  SELECT ${MEAN} FROM execution_stats_hourly AS s WHERE s.handler_name = h.name AND s.handler_name <> '' AND hour >= now() - interval '${DAYS} days' AND ${RAN}
) AS average
WHERE average.ms IS NOT NULL`

/**
 * How long the executions of each cron ran on average, in milliseconds, with the handler that it has now: of its newest
 * hours in the last days. A cron of which nothing ran is missing.
 *
 * Index: `execution_stats_job_key`, one descent for each cron. Called by: the admin API.
 */
export async function averageDurations(tx: Tx, jobIds: number[]): Promise<Map<number, number>> {
  const values = [plainArray(jobIds)]
  const { rows } = await tx.query<{ id: number; ms: number }>({
    name: 'averageDurations',
    text: cronsText,
    values,
  })
  return new Map(rows.map(({ id, ms }) => [id, ms]))
}

/** As `averageDurations`, of all executions of each handler. Index: primary key of the roll-up by handler. */
export async function averageHandlerDurations(tx: Tx, names: string[]): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ name: string; ms: number }>({
    name: 'averageHandlerDurations',
    text: handlersText,
    values: [names],
  })
  return new Map(rows.map(({ name, ms }) => [name, ms]))
}
