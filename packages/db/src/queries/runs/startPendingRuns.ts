import type { Tx } from '../../database.ts'
import { plainArray } from '../types.ts'

// The schedule's row is the right to start its runs, so two who start never exceed its limit together. Whoever finds it
// taken leaves the runs to the one who has it, or to the next look at them.
// The oldest goes first, and none passes by one that must wait: the runs after it would keep it waiting for ever.
const text = `
WITH asked AS (
  SELECT DISTINCT schedule_id FROM schedule_runs WHERE status = 'PENDING' AND ($1::bigint IS NULL OR schedule_id = $1)
), held AS MATERIALIZED (
  SELECT id, max_active_runs FROM schedules
  WHERE id = ANY (ARRAY (SELECT schedule_id FROM asked)) AND engine = 'jobu'
  FOR NO KEY UPDATE SKIP LOCKED
)
SELECT id, max_active_runs AS "maxActiveRuns" FROM held`

// A statement of its own: its snapshot is younger than the locks, so it sees what the one before has started.
const startText = `
WITH placed AS MATERIALIZED (
  SELECT p.id, bool_and(NOT p.is_exclusive OR active.n + p.place = 0) OVER (PARTITION BY s.id ORDER BY p.id) AS is_free
  FROM unnest($1::bigint[], $2::integer[]) AS s (id, most)
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM schedule_runs WHERE schedule_id = s.id AND status = 'RUNNING') AS active
  CROSS JOIN LATERAL (
    SELECT r.id, r.is_exclusive, row_number() OVER (ORDER BY r.id) - 1 AS place
    FROM schedule_runs AS r WHERE r.schedule_id = s.id AND r.status = 'PENDING' AND r.external_run_id IS NULL
    ORDER BY r.id LIMIT greatest(s.most - active.n, 0)
  ) AS p
)
SELECT id FROM placed WHERE is_free ORDER BY id LIMIT $3`

/**
 * Starts PENDING runs, of each schedule the oldest first, as many as `max_active_runs` allows. An exclusive one starts when
 * nothing else of its schedule runs, and those made after it wait with it.
 *
 * Locks: the schedules' rows, those that are free, then the runs. Index: `schedule_runs_active_idx`. Called by: dispatcher,
 * admin after createRun.
 *
 * @param scheduleId  null: of all schedules
 * @returns how many were started
 */
export async function startPendingRuns(tx: Tx, scheduleId: number | null, limit = 100): Promise<number> {
  const { rows: held } = await tx.query<{ id: number; maxActiveRuns: number }>({
    name: 'lockSchedulesToStart',
    text,
    values: [scheduleId],
  })
  if (held.length === 0) return 0
  const { rows } = await tx.query<{ id: number }>({
    name: 'pendingRuns',
    text: startText,
    values: [plainArray(held.map((one) => one.id)), plainArray(held.map((one) => one.maxActiveRuns)), limit],
  })
  if (rows.length === 0) return 0
  const { rows: started } = await tx.query<{ count: number }>({
    name: 'startRuns',
    text: 'SELECT cardinality(jobu_start_runs($1::bigint[])) AS count',
    values: [plainArray(rows.map((row) => row.id))],
  })
  return started[0]!.count
}
