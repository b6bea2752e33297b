import type { Tx } from '../database.ts'

const MEASURES =
  'count, duration_sum_ms, duration_max_ms, lateness_sum_ms, lateness_max_ms, duration_histogram, lateness_histogram'
const ADDED = MEASURES.split(', ')
  .map((column) =>
    column.endsWith('_max_ms')
      ? `${column} = greatest(s.${column}, excluded.${column})`
      : `${column} = s.${column} + excluded.${column}`,
  )
  .join(', ')

// Each INSERT writes its rows in the order of its key, so that folders at once wait for each other and never in a circle.
// A retry or a deletion (count 0) changes the totals only. Totals may go below zero for a while: a deletion can be folded
// before what it takes back.
const text = `
WITH taken AS (
  DELETE FROM execution_stat_deltas WHERE id IN (
    SELECT id FROM execution_stat_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
  ) RETURNING *
), settled AS MATERIALIZED (
  SELECT date_trunc('hour', t.settled_at, 'UTC') AS hour, coalesce(t.job_id, 0) AS job_id, t.handler_name, t.status,
    sum(t.count) AS count,
    coalesce(sum(v.duration_sum), 0) AS duration_sum_ms, coalesce(max(v.duration_max), 0) AS duration_max_ms,
    coalesce(sum(v.lateness_sum), 0) AS lateness_sum_ms, coalesce(max(v.lateness_max), 0) AS lateness_max_ms,
    coalesce(sum(v.duration_histogram), 0) AS duration_histogram, coalesce(sum(v.lateness_histogram), 0) AS lateness_histogram
  FROM taken AS t CROSS JOIN LATERAL (
    SELECT sum(duration) AS duration_sum, max(duration) AS duration_max, sum(jobu_histogram_unit(duration)) AS duration_histogram,
      sum(lateness) AS lateness_sum, max(lateness) AS lateness_max, sum(jobu_histogram_unit(lateness)) AS lateness_histogram
    FROM unnest(t.durations_ms, t.lateness_ms) AS u (duration, lateness)
  ) AS v
  WHERE t.count > 0
  GROUP BY 1, 2, 3, 4
), by_cron AS (
  INSERT INTO execution_stats AS s (hour, job_id, handler_name, status, ${MEASURES})
  SELECT hour, job_id, handler_name, status, ${MEASURES} FROM settled ORDER BY hour, job_id, handler_name, status
  ON CONFLICT (hour, job_id, handler_name, status) DO UPDATE SET ${ADDED}
), by_handler AS (
  INSERT INTO execution_stats_hourly AS s (handler_name, hour, status, ${MEASURES})
  SELECT coalesce(handler_name, '') AS handler, hour, status, sum(count), sum(duration_sum_ms), max(duration_max_ms),
    sum(lateness_sum_ms), max(lateness_max_ms), sum(duration_histogram), sum(lateness_histogram)
  FROM settled GROUP BY GROUPING SETS ((handler_name, hour, status), (hour, status)) ORDER BY handler, hour, status
  ON CONFLICT (handler_name, hour, status) DO UPDATE SET ${ADDED}
), failures AS (
  INSERT INTO execution_failures_hourly AS s (hour, job_id, count)
  SELECT hour, job_id, sum(count) FROM settled WHERE status IN ('FAILED', 'TIMEOUT') AND job_id <> 0 GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (hour, job_id) DO UPDATE SET count = s.count + excluded.count
), all_time AS (
  INSERT INTO execution_stats_all_time AS s (handler_name, status, count)
  SELECT handler_name, status, sum(count) FROM settled GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (handler_name, status) DO UPDATE SET count = s.count + excluded.count
), totals AS (
  INSERT INTO execution_totals AS s (month, handler_name, queue, param_source, priority, status, count)
  SELECT month, handler_name, queue, param_source, priority, status, sum(total_change)
  FROM taken WHERE total_change <> 0 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (month, handler_name, queue, param_source, priority, status) DO UPDATE SET count = s.count + excluded.count
)
SELECT count(*)::integer AS folded,
  coalesce(array_agg(DISTINCT job_id) FILTER (WHERE status IN ('FAILED', 'TIMEOUT') AND job_id IS NOT NULL AND count > 0), '{}') AS "failedJobIds"
FROM taken`

/**
 * Folds what settled into the roll-ups: by cron, by handler, all-time, and the totals of what exists. Deltas are appended
 * by the transactions that settle and deleted here, so each execution counts once whatever dies between.
 *
 * Locks: the deltas taken, the roll-up rows touched. Called by: the dispatcher.
 *
 * @returns how many deltas were folded, and the crons that had a final failure among them
 */
export async function foldStats(tx: Tx, limit: number): Promise<{ folded: number; failedJobIds: number[] }> {
  const { rows } = await tx.query<{ folded: number; failedJobIds: Array<string | number> }>({
    name: 'foldStats',
    text,
    values: [limit],
  })
  return { folded: rows[0]!.folded, failedJobIds: rows[0]!.failedJobIds.map(Number) }
}
