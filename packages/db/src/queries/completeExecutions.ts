import type { Tx } from '../database.ts'
import type { Advance } from './settleTasks.ts'
import { type Claim, inLockOrder, instantArray, plainArray } from './types.ts'

export interface Completion extends Claim {
  /** JSON text. */
  result: string
}

// "lease_expires_at IS NOT NULL" says RUNNING (a named check ties the two) without letting the planner walk the
// lease index instead of the primary key. least(): milliseconds of more than 24.8 days do not fit an integer.
// The results travel as one JSON array: quoting each of them for a text[] would cost more than all the rest.
// A partition is a month, and its number is cheaper to group by than the month of each row.
const text = `
WITH done AS (
  UPDATE job_executions AS e
  SET status = 'SUCCESS', finished_at = clock_timestamp(), lease_expires_at = NULL, cancel_requested_at = NULL,
      result = settled.result, error_message = NULL, reason = NULL
  FROM ROWS FROM (unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::integer[]), jsonb_array_elements($4::jsonb))
    AS settled (id, scheduled_time, attempt, result)
  WHERE e.id = settled.id AND e.scheduled_time = settled.scheduled_time AND e.attempt = settled.attempt
    AND e.lease_expires_at IS NOT NULL
  RETURNING e.id, e.job_id, e.handler_name, e.queue, e.param_source, e.priority, e.tableoid AS partition, e.scheduled_time,
    e.run_at, e.started_at, e.finished_at, e.task_run_id
), counted AS (
  INSERT INTO execution_stat_deltas (settled_at, month, job_id, count, total_change, status, handler_name, queue, param_source, priority,
    durations_ms, lateness_ms)
  SELECT clock_timestamp(), date_trunc('month', min(scheduled_time), 'UTC'), job_id, count(*), count(*), 'SUCCESS', handler_name, queue,
    param_source, priority,
    array_agg(least(date_part('epoch', finished_at - started_at) * 1000, 2147483647)::integer),
    array_agg(least(greatest(date_part('epoch', started_at - run_at) * 1000, 0), 2147483647)::integer)
  FROM done GROUP BY job_id, handler_name, queue, param_source, priority, partition
)
SELECT CASE WHEN count(*) < $5 THEN coalesce(array_agg(id), '{}') END AS written,
  CASE WHEN count(task_run_id) > 0 THEN jobu_settle_tasks(array_agg(task_run_id) FILTER (WHERE task_run_id IS NOT NULL),
    array_agg(id) FILTER (WHERE task_run_id IS NOT NULL), array_agg('SUCCESS'::text) FILTER (WHERE task_run_id IS NOT NULL), $6)
  END AS advance
FROM done`

/**
 * Records executions as succeeded, those which this worker still holds, and moves the tasks on that they are executions of.
 *
 * Locks: the rows given, then the runs of their tasks. Index: primary key. Called by: completer, and `ctx.transaction` in
 * the handler's own transaction.
 *
 * @param done  one entry per execution: key, fencing token from `claimExecutions`, result as JSON text
 * @param onAdvance  is given what follows in runs of schedules, to tell it after the commit; left out: the statement tells it
 * @returns     the ids written; an id missing from them was taken over by a newer attempt and is unchanged
 * @see docs/execution-lifecycle.md#settling
 */
export async function completeExecutions(
  tx: Tx,
  done: Completion[],
  onAdvance?: (advance: Advance) => void,
): Promise<number[]> {
  const ordered = inLockOrder(done)
  const { rows } = await tx.query<{ written: Array<number | string> | null; advance: Advance | null }>({
    name: 'completeExecutions',
    text,
    values: [
      plainArray(ordered.map((one) => one.id)),
      instantArray(ordered.map((one) => one.scheduledTime)),
      plainArray(ordered.map((one) => one.attempt)),
      `[${ordered.map((one) => one.result).join(',')}]`,
      done.length,
      onAdvance === undefined,
    ],
  })
  if (rows[0]!.advance) onAdvance?.(rows[0]!.advance)
  // All of them is the usual answer, and null its short form.
  return rows[0]!.written?.map(Number) ?? done.map((one) => one.id)
}
