import type { Tx } from '../database.ts'

/** The setting that says when each month was last recounted: `{"2026_05": instant}`. */
const RECOUNTED = 'totals_recounted'

// What there is, less what is known: the totals and the deltas that will be folded into them, all as of one snapshot.
// The difference is appended as a delta itself, so it adds up with whatever is settled and folded meanwhile.
const text = `
INSERT INTO execution_stat_deltas (month, count, total_change, status, handler_name, queue, param_source, priority)
SELECT $1, 0, sum(n), status, handler_name, queue, param_source, priority
FROM (
  SELECT count(*) AS n, status, handler_name, queue, param_source, priority FROM job_executions
  WHERE scheduled_time >= $1::timestamptz AND scheduled_time < $1::timestamptz + interval '1 month' AND finished_at IS NOT NULL
  GROUP BY status, handler_name, queue, param_source, priority
  UNION ALL
  SELECT -count, status, handler_name, queue, param_source, priority FROM execution_totals WHERE month = $1
  UNION ALL
  SELECT -total_change, status, handler_name, queue, param_source, priority FROM execution_stat_deltas
  WHERE month = $1 AND total_change <> 0
) AS entry
GROUP BY status, handler_name, queue, param_source, priority HAVING sum(n) <> 0`

/**
 * Makes the totals of a month what its executions say, where something else than jobu wrote them: plain SQL, a restored
 * partition. Reads the whole partition once. One at a time in the whole system: two that saw the same difference would
 * correct it twice.
 *
 * Locks: an advisory lock until the transaction ends. Called by: the dispatcher.
 *
 * @param month  its first instant, UTC
 * @returns how many totals were wrong; null where another recount is under way
 */
export async function recountTotals(tx: Tx, month: Date): Promise<number | null> {
  // A statement of its own, so that the count's snapshot sees what the last holder of the lock committed.
  const { rows } = await tx.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('jobu_recount_totals', 0)) AS locked`,
  )
  if (!rows[0]!.locked) return null
  // The engine's plans follow indexes; a whole partition is read faster as it lies.
  await tx.query('SET LOCAL enable_seqscan = on')
  const { rowCount } = await tx.query(text, [month])
  await tx.query(
    `INSERT INTO settings (key, value) VALUES ($1, jsonb_build_object(to_char($2::timestamptz, 'YYYY_MM'), now()))
     ON CONFLICT (key) DO UPDATE SET value = settings.value || excluded.value, updated_at = now()`,
    [RECOUNTED, month],
  )
  return rowCount
}

/** A partition of at most so many rows is counted in about half a second. */
const SMALL_ROWS = 1_000_000

// Of a large partition the server's own estimate decides: it counts the unfinished as well, and autovacuum lets it be
// off by a tenth.
const dueText = `
SELECT to_timestamp(suffix, 'YYYY_MM') AS month
FROM (
  SELECT pg_relation_size(c.oid) > 0 AS is_filled, substring(c.relname FROM '_p(\\d{4}_\\d{2})$') AS suffix,
    CASE WHEN s.n_live_tup > 0 THEN s.n_live_tup ELSE greatest(c.reltuples, 0) END AS rows
  FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid JOIN pg_stat_all_tables AS s ON s.relid = c.oid
  WHERE i.inhparent = 'job_executions'::regclass
) AS part
CROSS JOIN LATERAL (
  SELECT coalesce(sum(n), 0) AS known FROM (
    SELECT count AS n FROM execution_totals WHERE month = to_timestamp(suffix, 'YYYY_MM')
    UNION ALL
    SELECT total_change FROM execution_stat_deltas WHERE month = to_timestamp(suffix, 'YYYY_MM')
  ) AS entry
) AS totals
WHERE suffix IS NOT NULL AND (is_filled OR known <> 0) AND (rows <= $1 OR abs(rows - known) > 0.1 * greatest(rows, known))
  AND NOT EXISTS (
    SELECT FROM settings WHERE key = $2 AND (value ->> suffix)::timestamptz > now() - interval '1 day'
  )
ORDER BY month`

/**
 * Months to recount: each small one once a day, and a large one once a day while its totals are far from what the server
 * estimates its partition to hold. Costs no look at executions.
 *
 * @returns the first instant of each, UTC, oldest first
 */
export async function monthsToRecount(tx: Tx): Promise<Date[]> {
  const { rows } = await tx.query<{ month: Date }>(dueText, [SMALL_ROWS, RECOUNTED])
  return rows.map((row) => row.month)
}

/** Deletes totals that have come to nothing, those nobody is changing. Called by: the dispatcher. */
export async function pruneTotals(tx: Tx): Promise<void> {
  await tx.query(
    `DELETE FROM execution_totals WHERE count = 0 AND ctid = ANY (ARRAY(
       SELECT ctid FROM execution_totals WHERE count = 0 FOR UPDATE SKIP LOCKED
     ))`,
  )
}
