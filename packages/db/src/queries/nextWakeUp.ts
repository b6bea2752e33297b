import type { Tx } from '../database.ts'

const text = `
SELECT extract(epoch FROM least(
  (SELECT min(next_run_at) FROM cron_jobs WHERE is_enabled AND next_run_at IS NOT NULL
    AND (SELECT is_running FROM scheduler_state WHERE scheduler_state.id = 1)),
  (SELECT min(run_at) FROM job_executions WHERE status = 'PENDING' AND waiting_for = 'time')
) - clock_timestamp())::float8 * 1000 AS "delayMs"`

/**
 * How long until something is due, in milliseconds by the database's clock: negative when it is overdue, null when
 * nothing waits. While the scheduler is stopped no cron is due; its start wakes the dispatchers.
 *
 * Index: one look-up each in `cron_jobs_due_idx` and `job_executions_waiting_idx`. Called by: dispatchLoop.
 */
export async function nextWakeUp(tx: Tx): Promise<number | null> {
  const { rows } = await tx.query<{ delayMs: number | null }>({ name: 'nextWakeUp', text })
  return rows[0]!.delayMs
}
