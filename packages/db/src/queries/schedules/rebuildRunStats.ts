import type { Tx } from '../../database.ts'
import type { RunStatus } from '../../states.ts'
import { lockRunStats } from './lockRunStats.ts'
import { RUNS_KEPT_FROM } from './pruneRuns.ts'

export interface CorrectedStat {
  /** `YYYY-MM-DD` in the zone asked for. */
  date: string
  status: RunStatus
  /** What the statistics of all schedules said, and what there is. */
  was: number
  is: number
}

// Deltas of the span are part of what was known, and contained in what is counted: one snapshot has seen both.
const text = `
WITH taken AS (
  DELETE FROM schedule_run_deltas WHERE quarter >= $1 AND quarter < $2 RETURNING quarter, schedule_id, status, change
), known AS (
  SELECT quarter, schedule_id, status, count AS n FROM schedule_run_stats WHERE quarter >= $1 AND quarter < $2
  UNION ALL
  SELECT quarter, s.schedule_id, status, change FROM taken CROSS JOIN LATERAL (VALUES (schedule_id), (0)) AS s (schedule_id)
), counted AS (
  SELECT quarter, coalesce(schedule_id, 0) AS schedule_id, status, count(*) AS n
  FROM (
    SELECT date_bin('15 minutes', scheduled_time, '2000-01-01 00:00:00Z') AS quarter, schedule_id, status
    FROM schedule_runs WHERE scheduled_time >= $1 AND scheduled_time < $2
  ) AS run
  GROUP BY GROUPING SETS ((quarter, schedule_id, status), (quarter, status))
), compared AS MATERIALIZED (
  SELECT quarter, schedule_id, status, sum(was)::integer AS was, sum(is_now)::integer AS is_now
  FROM (
    SELECT quarter, schedule_id, status, n AS was, 0 AS is_now FROM known
    UNION ALL
    SELECT quarter, schedule_id, status, 0, n FROM counted
  ) AS entry
  GROUP BY quarter, schedule_id, status
), removed AS (
  DELETE FROM schedule_run_stats AS s USING compared AS c
  WHERE s.schedule_id = c.schedule_id AND s.quarter = c.quarter AND s.status = c.status AND c.is_now = 0
), updated AS (
  UPDATE schedule_run_stats AS s SET count = c.is_now FROM compared AS c
  WHERE s.schedule_id = c.schedule_id AND s.quarter = c.quarter AND s.status = c.status AND c.is_now > 0 AND s.count <> c.is_now
), inserted AS (
  INSERT INTO schedule_run_stats (quarter, schedule_id, status, count)
  SELECT quarter, schedule_id, status, is_now FROM compared AS c
  WHERE is_now > 0 AND NOT EXISTS (
    SELECT FROM schedule_run_stats AS s WHERE s.schedule_id = c.schedule_id AND s.quarter = c.quarter AND s.status = c.status
  )
)
SELECT to_char(quarter AT TIME ZONE $3, 'YYYY-MM-DD') AS date, status, sum(was)::integer AS was, sum(is_now)::integer AS is
FROM compared WHERE schedule_id = 0
GROUP BY 1, status HAVING sum(was) <> sum(is_now)
ORDER BY 1, status`

/**
 * Counts the runs of a span anew and makes the statistics say so, of each schedule and of all. What retention may have
 * deleted runs of stays as it is: there the statistics know more than the rows.
 *
 * Locks: the right to write the statistics. Index: `schedule_runs_time_idx`. Called by: admin.
 *
 * @param from  inclusive, `to` exclusive, both at a quarter of an hour
 * @param timezone  of the days in the answer
 * @returns the days and statuses of which the total differed
 */
export async function rebuildRunStats(
  tx: Tx,
  from: Date,
  to: Date,
  timezone = 'UTC',
): Promise<CorrectedStat[]> {
  await lockRunStats(tx, true)
  // A statement of its own, begun after the lock was had: retention notes it in the transaction that deletes.
  const { rows: kept } = await tx.query<{ from: Date }>(
    `SELECT greatest($1::timestamptz, (SELECT (value #>> '{}')::timestamptz FROM settings WHERE key = $2)) AS from`,
    [from, RUNS_KEPT_FROM],
  )
  const { rows } = await tx.query<CorrectedStat>({
    name: 'rebuildRunStats',
    text,
    values: [kept[0]!.from, to, timezone],
  })
  return rows
}
