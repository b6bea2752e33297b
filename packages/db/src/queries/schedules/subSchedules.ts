import type { Tx } from '../../database.ts'
import { plainArray } from '../types.ts'

/** A schedule that others run as a task, with the schedules that it runs itself. */
export interface SubSchedule {
  id: number
  title: string
  isDeleted: boolean
  children: number[]
}

const text = `
WITH RECURSIVE reached (id) AS (
  SELECT id FROM unnest($1::bigint[]) AS given (id)
  UNION
  SELECT (t.spec ->> 'schedule_id')::bigint
  FROM reached JOIN schedules AS s ON s.id = reached.id JOIN schedule_tasks AS t ON t.version_id = s.version_id
  WHERE t.kind = 'schedule'
)
SELECT s.id, s.title, s.deleted_at IS NOT NULL AS "isDeleted",
  ARRAY (SELECT DISTINCT (t.spec ->> 'schedule_id')::bigint FROM schedule_tasks AS t
    WHERE t.version_id = s.version_id AND t.kind = 'schedule') AS children
FROM reached JOIN schedules AS s ON s.id = reached.id`

/**
 * Schedules with all that they run as tasks, directly or through others. No other transaction decides by the same
 * meanwhile: two edits that close a circle together come one after the other.
 *
 * Locks: an advisory lock until the transaction ends. Called by: the admin API.
 */
export async function subSchedulesOf(tx: Tx, ids: readonly number[]): Promise<Map<number, SubSchedule>> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('jobu sub-schedules'))`)
  const { rows } = await tx.query<Omit<SubSchedule, 'children'> & { children: Array<number | string> }>(
    text,
    [plainArray(ids)],
  )
  // The driver reads elements of a bigint array as text.
  return new Map(rows.map((row) => [row.id, { ...row, children: row.children.map(Number) }]))
}
