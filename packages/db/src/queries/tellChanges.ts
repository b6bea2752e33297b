import type { Tx } from '../database.ts'
import type { ExecutionStatus } from '../states.ts'
import type { Advance } from './settleTasks.ts'
import { type ExecutionKey, instantArray, plainArray } from './types.ts'

/** What listeners of `jobu_events` are told of an execution, in the form the API's clients see. */
export interface ExecutionChange {
  id: number
  status: ExecutionStatus
  /** Its cron. */
  job_id: number | null
  handler_name: string
  queue: string
  attempt: number
  /** It is no longer there. */
  is_deleted?: true
  progress_percentage?: number
  current_step?: string
}

/** New log lines of an execution, up to `line`. */
export interface LogChange {
  id: number
  job_id: number | null
  handler_name: string
  attempt: number
  line: number
}

export interface Changes {
  executions: ExecutionChange[]
  /** Of executions that changed as well and are not told one by one: how many came into which status. */
  more: Partial<Record<ExecutionStatus, number>> | null
  logs: LogChange[]
  /** What followed in runs of schedules. */
  advance?: Advance | null
}

/** Executions told one by one by a statement; a payload holds about sixty. */
const MOST = 200

/**
 * SELECT for a statement that notifies anyway: tells of the rows of one of its CTEs, which has the columns id, status,
 * job_id, handler_name, queue and attempt. Like `pg_notify` it must be read to be run.
 */
export const tellExecutionsOf = (cte: string, isDeleted = false) => `
  SELECT jobu_tell('execution',
    (SELECT json_agg(json_build_object('id', id, 'status', status, 'job_id', job_id, 'handler_name', left(handler_name, 255),
      'queue', left(queue, 100), 'attempt', attempt${isDeleted ? ", 'is_deleted', true" : ''})) FROM (SELECT * FROM ${cte} LIMIT ${MOST}) AS first),
    (SELECT json_object_agg(status, n) FROM (SELECT status, count(*) AS n
      FROM (SELECT status FROM ${cte} OFFSET ${MOST}) AS rest GROUP BY status) AS counted))`

// A transaction that notifies holds a lock of the whole cluster while it commits. Nothing depends on its record, so it
// need not hold it until the disk has it as well.
const text = `
SELECT set_config('synchronous_commit', 'off', true), jobu_tell('execution', $1::json, $2::json), jobu_tell('log', $3::json),
  CASE WHEN $4::jsonb IS NOT NULL THEN jobu_tell_advance($4::jsonb) END`

/**
 * Tells what changed, after it did: executions are claimed and settled without a NOTIFY, which would make these
 * transactions wait for each other.
 *
 * Locks: the one of NOTIFY, at commit. Called by: the worker's ChangeFeed, once per window for all.
 */
export async function tellChanges(
  tx: Tx,
  { executions, more, logs, advance = null }: Changes,
): Promise<void> {
  const values = [
    JSON.stringify(executions),
    more && JSON.stringify(more),
    JSON.stringify(logs),
    advance && JSON.stringify(advance),
  ]
  await tx.query({ name: 'tellChanges', text, values })
}

/**
 * Tells what has become of a few executions, in the transaction that changed them.
 *
 * Locks: the one of NOTIFY, at commit. Index: primary key. Called by: the reaper, and the worker's heartbeat when it ends
 * what blocks it.
 */
export async function tellExecutions(tx: Tx, keys: readonly ExecutionKey[]): Promise<void> {
  if (keys.length === 0) return
  await tx.query({
    name: 'tellExecutions',
    text: `
WITH changed AS MATERIALIZED (
  SELECT e.* FROM unnest($1::bigint[], $2::timestamptz[]) AS k (id, scheduled_time)
  JOIN job_executions AS e ON e.id = k.id AND e.scheduled_time = k.scheduled_time
)${tellExecutionsOf('changed')}`,
    values: [plainArray(keys.map((key) => key.id)), instantArray(keys.map((key) => key.scheduledTime))],
  })
}

/**
 * A message without a change: it gives every listener the same place to resume from while nothing happens.
 * Called by: admin, when its LISTEN begins.
 */
export async function tellMark(tx: Tx): Promise<void> {
  await tx.query(`SELECT set_config('synchronous_commit', 'off', true), jobu_tell('mark', '[{}]')`)
}
