import type { Tx } from '../../database.ts'
import { plainArray } from '../types.ts'

export interface ActiveRuns {
  scheduleId: number
  /** The oldest active one, to name in the reason for a skip. */
  id: number
  scheduledTime: Date
  status: 'PENDING' | 'RUNNING'
  /** How many wait until nothing else is active. */
  buffered: number
  /** All of them. */
  ids: number[]
}

const text = `
SELECT s.id AS "scheduleId", active.*
FROM unnest($1::bigint[]) AS s (id)
CROSS JOIN LATERAL (
  SELECT (array_agg(r.id ORDER BY r.status DESC, r.scheduled_time, r.id))[1] AS id,
    (array_agg(r.scheduled_time ORDER BY r.status DESC, r.scheduled_time, r.id))[1] AS "scheduledTime",
    max(r.status) AS status, (count(*) FILTER (WHERE r.status = 'PENDING' AND r.is_exclusive))::integer AS buffered,
    array_agg(r.id ORDER BY r.id) AS ids
  FROM schedule_runs AS r WHERE r.schedule_id = s.id AND r.status IN ('PENDING', 'RUNNING')
) AS active
WHERE active.id IS NOT NULL`

/**
 * The unfinished runs of schedules, whoever started them, one row per schedule that has any.
 *
 * Index: `schedule_runs_active_idx`. Called by: dispatchDueSchedules.
 */
export async function activeRunsOf(tx: Tx, scheduleIds: number[]): Promise<ActiveRuns[]> {
  if (scheduleIds.length === 0) return []
  const { rows } = await tx.query<Omit<ActiveRuns, 'ids'> & { ids: Array<number | string> }>({
    name: 'activeRunsOf',
    text,
    values: [plainArray(scheduleIds)],
  })
  return rows.map((row) => ({ ...row, ids: row.ids.map(Number) }))
}
