import type { Tx } from '../database.ts'
import { SETTLED_EVER } from './cumulativeStats.ts'
import { COUNTED_AT_MOST, MAX_QUEUES } from './readQueueFigures.ts'
import { countReady, READY_LEVELS } from './readyLevels.ts'
import { UNFOLDED } from './unfoldedDeltas.ts'

/** How far into its minute a sample may be taken; later it would tell of another time than it says. */
export const SAMPLE_WINDOW_SECONDS = 10

const MINUTE = `date_trunc('minute', now())`
const AGE_MS = `greatest(floor(1000 * date_part('epoch', clock_timestamp() - oldest)), 0)::bigint`
const settled = (status: string) => `coalesce((SELECT count FROM ever WHERE status = '${status}'), 0)`

// A histogram is cumulative within its hour, so the one to keep is that of the hour which the minute before lies in: at a
// full hour that is the hour just over, as a whole.
const HOUR = `date_trunc('hour', ${MINUTE} - interval '1 minute', 'UTC')`

const text = `
WITH RECURSIVE ${READY_LEVELS}, ready AS (
  SELECT queue, min(ready_at) AS oldest FROM level GROUP BY queue ORDER BY queue LIMIT ${MAX_QUEUES}
), held AS (
  SELECT queue, count(*)::integer AS running FROM (
    SELECT queue FROM job_executions WHERE status = 'RUNNING' AND lease_expires_at IS NOT NULL LIMIT ${COUNTED_AT_MOST}
  ) AS found GROUP BY queue ORDER BY queue LIMIT ${MAX_QUEUES}
), figures AS MATERIALIZED (
  SELECT queue, max(oldest_ms) AS oldest_ms, max(ready) AS ready, max(running) AS running FROM (
    SELECT queue, ${AGE_MS} AS oldest_ms, ${countReady('ready.queue', COUNTED_AT_MOST)} AS ready, 0 AS running FROM ready
    UNION ALL
    SELECT queue, NULL, 0, running FROM held
  ) AS figure GROUP BY queue
), ever AS MATERIALIZED (${SETTLED_EVER}
), written AS (
  INSERT INTO minute_samples (at, success, failed, timeout, cancelled, skipped, oldest_ready_ms, ready, running, lateness_histogram)
  SELECT ${MINUTE}, ${settled('SUCCESS')}, ${settled('FAILED')}, ${settled('TIMEOUT')}, ${settled('CANCELLED')},
    ${settled('SKIPPED')}, (SELECT max(oldest_ms) FROM figures), (SELECT coalesce(sum(ready), 0) FROM figures),
    (SELECT coalesce(sum(running), 0) FROM figures),
    coalesce((SELECT sum(lateness_histogram) FROM execution_stats_hourly WHERE handler_name = '' AND hour = ${HOUR}), 0)
      + coalesce((SELECT sum(jobu_histogram_unit(ms)) FROM ${UNFOLDED} AS delta, unnest(lateness_ms) AS ms WHERE hour = ${HOUR}), 0)
  WHERE now() < ${MINUTE} + interval '${SAMPLE_WINDOW_SECONDS} seconds'
  ON CONFLICT (at) DO NOTHING
  RETURNING at
), by_queue AS (
  INSERT INTO queue_samples (at, queue, oldest_ready_ms, ready, running)
  SELECT at, queue, oldest_ms, ready, running FROM written, figures
)
SELECT EXISTS (SELECT FROM written) AS "isWritten",
  ceil(1000 * date_part('epoch', date_trunc('minute', clock_timestamp()) + interval '1 minute' - clock_timestamp()))::integer
    AS "nextMs"`

/**
 * Writes down how the present minute finds things: what had settled ever, how late it had started, what is ready and runs.
 * Whoever comes first writes it; who comes too late for the minute writes nothing.
 *
 * Locks: none but on the rows it writes, for which a second one waits. Index: `job_executions_ready_idx`,
 * `job_executions_lease_idx`, the primary keys of the roll-ups. Called by: the dispatcher.
 *
 * @returns whether this one wrote it, and how long it is to the next full minute by the database's clock
 */
export async function sampleMinute(tx: Tx): Promise<{ isWritten: boolean; nextMs: number }> {
  const { rows } = await tx.query<{ isWritten: boolean; nextMs: number }>({ name: 'sampleMinute', text })
  return rows[0]!
}
