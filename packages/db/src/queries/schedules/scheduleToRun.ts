import type { Tx } from '../../database.ts'

/** A schedule that is to run as a task of a run, and how that run is nested. */
export interface ScheduleToRun {
  title: string
  isEnabled: boolean
  isDeleted: boolean
  maxActiveRuns: number
  /** How deep the run is nested: 1 for one that is no task of another. */
  depth: number
  /** How many of the runs it is nested in, and it itself, are runs of this schedule. */
  within: number
}

const text = `
WITH RECURSIVE above AS (
  SELECT parent_task_run_id, schedule_id, 1 AS depth FROM schedule_runs WHERE id = $2
  UNION ALL
  SELECT r.parent_task_run_id, r.schedule_id, a.depth + 1
  FROM above AS a JOIN task_runs AS t ON t.id = a.parent_task_run_id JOIN schedule_runs AS r ON r.id = t.run_id
  WHERE a.depth < $3
)
SELECT s.title, s.is_enabled AS "isEnabled", s.deleted_at IS NOT NULL AS "isDeleted", s.max_active_runs AS "maxActiveRuns",
  (SELECT max(depth) FROM above) AS depth, (SELECT count(*)::integer FROM above WHERE schedule_id = s.id) AS within
FROM schedules AS s WHERE s.id = $1`

/**
 * Looks at a schedule before it runs as a task.
 *
 * Index: primary keys. Called by: decideDueTasks.
 *
 * @param mostDepth  counted so far only
 * @returns undefined where there is no such schedule
 */
export async function scheduleToRun(
  tx: Tx,
  scheduleId: number,
  runId: number,
  mostDepth: number,
): Promise<ScheduleToRun | undefined> {
  const { rows } = await tx.query<ScheduleToRun>({
    name: 'scheduleToRun',
    text,
    values: [scheduleId, runId, mostDepth],
  })
  return rows[0]
}
