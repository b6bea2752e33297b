import type { Tx } from '../database.ts'

const text = `
WITH taken AS (
  DELETE FROM execution_stat_deltas WHERE id IN (
    SELECT id FROM execution_stat_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
  ) RETURNING *
), grouped AS (
  SELECT date_trunc('hour', settled_at, 'UTC') AS hour, coalesce(job_id, 0) AS job_id, handler_name, status, sum(count) AS count
  FROM taken GROUP BY 1, 2, 3, 4
), measured AS (
  SELECT date_trunc('hour', settled_at, 'UTC') AS hour, coalesce(job_id, 0) AS job_id, handler_name, status,
    array_agg(d.duration) AS durations, array_agg(d.lateness) AS latenesses
  FROM taken, unnest(durations_ms, lateness_ms) AS d (duration, lateness)
  GROUP BY 1, 2, 3, 4
), folded AS (
  INSERT INTO execution_stats AS s (hour, job_id, handler_name, status, count, duration_sum_ms, duration_max_ms, lateness_sum_ms,
    lateness_max_ms, duration_histogram, lateness_histogram)
  SELECT g.hour, g.job_id, g.handler_name, g.status, g.count,
    coalesce((SELECT sum(v) FROM unnest(m.durations) v), 0), coalesce((SELECT max(v) FROM unnest(m.durations) v), 0),
    coalesce((SELECT sum(v) FROM unnest(m.latenesses) v), 0), coalesce((SELECT max(v) FROM unnest(m.latenesses) v), 0),
    jobu_histogram_of(coalesce(m.durations, '{}')), jobu_histogram_of(coalesce(m.latenesses, '{}'))
  FROM grouped AS g LEFT JOIN measured AS m USING (hour, job_id, handler_name, status)
  ORDER BY g.hour, g.job_id, g.handler_name, g.status
  ON CONFLICT (hour, job_id, handler_name, status) DO UPDATE SET
    count = s.count + excluded.count,
    duration_sum_ms = s.duration_sum_ms + excluded.duration_sum_ms,
    duration_max_ms = greatest(s.duration_max_ms, excluded.duration_max_ms),
    lateness_sum_ms = s.lateness_sum_ms + excluded.lateness_sum_ms,
    lateness_max_ms = greatest(s.lateness_max_ms, excluded.lateness_max_ms),
    duration_histogram = jobu_histogram_add(s.duration_histogram, excluded.duration_histogram),
    lateness_histogram = jobu_histogram_add(s.lateness_histogram, excluded.lateness_histogram)
)
SELECT count(*)::integer AS folded, coalesce(array_agg(DISTINCT job_id) FILTER (WHERE status IN ('FAILED', 'TIMEOUT') AND job_id IS NOT NULL), '{}') AS "failedJobIds"
FROM taken`

/**
 * Folds what settled into the hourly roll-up. Deltas are appended by the transactions that settle and deleted here,
 * so the roll-up counts each execution once whatever dies between.
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
