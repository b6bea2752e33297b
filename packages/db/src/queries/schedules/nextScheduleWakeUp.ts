import type { Tx } from '../../database.ts'

// Each looks at the head of its index; the states, since a row that needs nobody any more must not keep anybody awake.
const text = `
SELECT extract(epoch FROM least(
  (SELECT min(next_run_at) FROM schedules WHERE is_enabled AND next_run_at IS NOT NULL AND engine = 'jobu'
    AND (SELECT is_running FROM scheduler_state WHERE scheduler_state.id = 1)),
  (SELECT min(attention_at) FROM task_runs WHERE attention_at IS NOT NULL AND state IN ('DECIDING', 'AWAITING')),
  (SELECT min(follow_up_at) FROM schedule_runs WHERE follow_up_at IS NOT NULL)
) - clock_timestamp())::float8 * 1000 AS "delayMs"`

/**
 * How long until a schedule, a task or a finished run needs a dispatcher, in milliseconds by the database's clock: negative
 * when it is overdue, null when nothing does. While the scheduler is stopped no schedule is due.
 *
 * Index: `schedules_due_idx`, `task_runs_attention_idx`, `schedule_runs_follow_up_idx`. Called by: scheduleLoop.
 */
export async function nextScheduleWakeUp(tx: Tx): Promise<number | null> {
  const { rows } = await tx.query<{ delayMs: number | null }>({ name: 'nextScheduleWakeUp', text })
  return rows[0]!.delayMs
}
