import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'
import type { ExecutionKey } from './types.ts'

export interface ExecutionEdit {
  priority?: number | undefined
  /** Null: now. At most 366 days ahead. */
  scheduledTime?: Date | null | undefined
}

// What belongs to the execution carries its scheduled time, the partition key, and moves along. The idempotency key
// stays with the time it was bound with: its id alone finds the execution.
const text = `
WITH changed AS (
  UPDATE job_executions AS e
  SET priority = coalesce($3::smallint, e.priority),
      scheduled_time = CASE WHEN $4::boolean THEN coalesce($5::timestamptz, now()) ELSE e.scheduled_time END,
      run_at = CASE WHEN $4 THEN coalesce($5, now()) ELSE e.run_at END,
      ready_at = CASE WHEN NOT $4 THEN e.ready_at WHEN $5 > now() THEN NULL ELSE now() END,
      waiting_for = CASE WHEN NOT $4 THEN e.waiting_for WHEN $5 > now() THEN 'time'::execution_wait END
  WHERE e.id = $1 AND e.scheduled_time = $2 AND e.status = 'PENDING' AND (NOT $4 OR e.job_id IS NULL)
  RETURNING e.id, e.scheduled_time, e.handler_name, e.queue, e.param_source, e.priority, e.ready_at, e.task_run_id
), task AS (
  -- By the two of them its result is found.
  UPDATE task_runs AS t SET execution_time = c.scheduled_time
  FROM changed AS c WHERE t.id = c.task_run_id AND t.execution_id = c.id AND c.scheduled_time <> $2
), noted AS (
  INSERT INTO execution_facets (handler_name, queue, param_source, priority)
  SELECT handler_name, queue, param_source, priority FROM changed AS c
  WHERE NOT EXISTS (
    SELECT FROM execution_facets AS f
    WHERE f.handler_name = c.handler_name AND f.queue = c.queue AND f.param_source = c.param_source
      AND f.priority = c.priority AND f.unused_since IS NULL
  )
  ON CONFLICT (handler_name, queue, param_source, priority) DO UPDATE SET unused_since = NULL
), attempts AS (
  UPDATE execution_attempts AS a SET scheduled_time = c.scheduled_time
  FROM changed AS c WHERE a.execution_id = c.id AND a.scheduled_time = $2 AND c.scheduled_time <> $2
), logs AS (
  UPDATE execution_logs AS l SET scheduled_time = c.scheduled_time
  FROM changed AS c WHERE l.execution_id = c.id AND l.scheduled_time = $2 AND c.scheduled_time <> $2
), woken AS MATERIALIZED (
  SELECT pg_notify($6, queue) FROM changed WHERE ready_at IS NOT NULL
  UNION ALL
  SELECT pg_notify($7, '') FROM changed WHERE ready_at IS NULL
)
SELECT id, scheduled_time AS "scheduledTime", (SELECT count(*) FROM woken) AS woken FROM changed`

/**
 * Changes the priority or the time of a PENDING execution. A slot of a cron, or what was triggered of it, keeps its
 * scheduled time, which is unique for ever.
 *
 * Locks: the row, its attempts and log lines. Index: primary keys. Called by: the admin API.
 *
 * @returns its key, which a new time changes; null where it is not PENDING, or a time was given for one of a cron
 * @throws the server's 23514 where the new time's month has no partition
 */
export async function changeExecution(
  tx: Tx,
  key: ExecutionKey,
  { priority, scheduledTime }: ExecutionEdit,
): Promise<ExecutionKey | null> {
  const { rows } = await tx.query<ExecutionKey>({
    name: 'changeExecution',
    text,
    values: [
      key.id,
      key.scheduledTime,
      priority ?? null,
      scheduledTime !== undefined,
      scheduledTime ?? null,
      CHANNELS.work,
      CHANNELS.dispatch,
    ],
  })
  const [row] = rows
  return row ? { id: row.id, scheduledTime: row.scheduledTime } : null
}
