import type { Tx } from '../database.ts'
import type { Wait } from '../states.ts'

export interface Blocker {
  id: number
  scheduledTime: Date
  status: 'PENDING' | 'RUNNING'
  waitingFor: Wait | null
  workerId: string | null
  isBackfill: boolean
}

const text = `
SELECT id, scheduled_time AS "scheduledTime", status, waiting_for AS "waitingFor", worker_id AS "workerId",
  backfill_limit IS NOT NULL AS "isBackfill"
FROM job_executions
WHERE job_id = $1 AND job_id IS NOT NULL AND status IN ('PENDING', 'RUNNING') AND waiting_for IS DISTINCT FROM 'backfill'
  AND id <> $2 AND scheduled_time <= now() + interval '1 second'
ORDER BY status DESC, scheduled_time, id
LIMIT $3`

/**
 * What else of a cron is unfinished and does not itself wait for a turn in a backfill: what runs first, then the oldest.
 *
 * Index: `job_executions_active_cron_idx`. Called by: admin.
 */
export async function executionBlockers(
  tx: Tx,
  jobId: number,
  id: number,
  limit: number,
): Promise<Blocker[]> {
  const { rows } = await tx.query<Blocker>({ name: 'executionBlockers', text, values: [jobId, id, limit] })
  return rows
}

const turn = `
SELECT count(*)::integer AS ahead FROM job_executions
WHERE job_id = $1 AND status IN ('PENDING', 'RUNNING') AND backfill_limit IS NOT NULL AND waiting_for = 'backfill'
  AND scheduled_time < $2`

/** How many backfilled slots of the cron get their turn before this one. Index: `job_executions_backfill_idx`. */
export async function backfillTurn(tx: Tx, jobId: number, scheduledTime: Date): Promise<number> {
  const { rows } = await tx.query<{ ahead: number }>({
    name: 'backfillTurn',
    text: turn,
    values: [jobId, scheduledTime],
  })
  return rows[0]!.ahead
}
