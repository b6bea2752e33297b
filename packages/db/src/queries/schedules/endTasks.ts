import type { Tx } from '../../database.ts'
import type { TaskReason } from '../../states.ts'
import { plainArray } from '../types.ts'

/** A task that ends without an execution. */
export interface TaskEnd {
  id: number
  state: 'SUCCESS' | 'FAILED' | 'CANCELLED' | 'SKIPPED'
  reason: TaskReason | null
  message: string | null
  /** What later tasks see. */
  result?: unknown
}

/**
 * Ends tasks, moves on what waits for them, and tells so.
 *
 * Locks: tasks of the same runs, which the caller holds. Index: primary key. Called by: decideDueTasks.
 */
export async function endTasks(tx: Tx, ends: TaskEnd[]): Promise<void> {
  if (ends.length === 0) return
  const ids = plainArray(ends.map((end) => end.id))
  await tx.query({
    name: 'endTasks',
    text: `
UPDATE task_runs AS t
SET state = e.state, reason = e.reason, error_message = e.message, result = nullif(e.result, 'null'), attention_at = NULL,
    finished_at = clock_timestamp()
FROM ROWS FROM (unnest($1::bigint[]), unnest($2::task_state[]), unnest($3::text[]), unnest($4::text[]), jsonb_array_elements($5::jsonb))
  AS e (id, state, reason, message, result)
WHERE t.id = e.id`,
    values: [
      ids,
      ends.map((end) => end.state),
      ends.map((end) => end.reason),
      ends.map((end) => end.message),
      JSON.stringify(ends.map((end) => end.result ?? null)),
    ],
  })
  await tx.query({
    name: 'endTasks.advance',
    text: 'SELECT jobu_advance_tasks($1::bigint[], true)',
    values: [ids],
  })
}
