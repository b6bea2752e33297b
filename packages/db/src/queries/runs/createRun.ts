import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import type { RunTrigger } from '../../states.ts'

export interface NewRun {
  scheduleId: number
  trigger: RunTrigger
  /** The slot, or the logical date a person gave. */
  scheduledTime: Date
  params?: Record<string, unknown>
  by: string | null
  /** The task of another run that this one is. */
  parentTaskRunId?: number | null
  /** It is to start only when nothing else of its schedule is active. */
  isExclusive?: boolean
}

// A PENDING run of its own: which of them starts is decided in one place, by startPendingRuns.
const text = `
WITH made AS (
  INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger, params, created_by, parent_task_run_id, is_exclusive)
  SELECT id, version_id, $2, $3, $4, $5, $6, $7
  FROM (SELECT id, version_id FROM schedules WHERE id = $1 AND deleted_at IS NULL FOR KEY SHARE) AS schedule
  RETURNING id, schedule_id, status
), told AS MATERIALIZED (
  SELECT pg_notify('jobu_schedules', ''), jobu_tell('run', json_build_array(row_to_json(made))) FROM made
)
SELECT id, (SELECT count(*) FROM told) AS told FROM made`

/**
 * Makes a run of a schedule, with the version that the schedule has now. It is PENDING until `startPendingRuns` lets it go.
 *
 * Locks: the schedule's row against its deletion, which cancels the runs that it finds. Called by: admin, dispatcher.
 *
 * @throws JobuError SCHEDULE_NOT_FOUND; the server's 23505 where the slot of a cron has its run already
 */
export async function createRun(tx: Tx, run: NewRun): Promise<{ id: number }> {
  const {
    scheduleId,
    trigger,
    scheduledTime,
    params = {},
    by,
    parentTaskRunId = null,
    isExclusive = false,
  } = run
  const { rows } = await tx.query<{ id: number }>({
    name: 'createRun',
    text,
    values: [scheduleId, scheduledTime, trigger, params, by, parentTaskRunId, isExclusive],
  })
  const [made] = rows
  if (!made) throw new JobuError('SCHEDULE_NOT_FOUND', `Schedule with id ${scheduleId} not found`)
  return { id: made.id }
}
