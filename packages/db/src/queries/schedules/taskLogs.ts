import type { Tx } from '../../database.ts'
import type { LogRow } from '../executions.ts'
import type { LogFilter } from '../listLogs.ts'
import { LOG_LEVELS } from '../listLogs.ts'
import { type ExecutionKey, instantArray, plainArray } from '../types.ts'

const COLUMNS = `l.execution_id AS "executionId", l.scheduled_time AS "scheduledTime", l.logged_at AS "loggedAt", l.attempt, l.line,
  l.level, l.message, l.fields`
const GIVEN = 'unnest($1::bigint[], $2::timestamptz[]) AS k (id, scheduled_time)'

const arraysOf = (keys: readonly ExecutionKey[]) => [
  plainArray(keys.map((key) => key.id)),
  instantArray(keys.map((key) => key.scheduledTime)),
]

/**
 * The last lines of several executions, of each the oldest first.
 *
 * Index: primary key, one descent for each. Called by: the admin API.
 *
 * @param options.level  only lines of this level
 */
export async function lastLogsOf(
  tx: Tx,
  keys: readonly ExecutionKey[],
  { limit, level }: { limit: number; level?: 'error' },
): Promise<Map<number, LogRow[]>> {
  const found = new Map<number, LogRow[]>()
  if (keys.length === 0 || limit === 0) return found
  const { rows } = await tx.query<LogRow>({
    name: 'lastLogsOf',
    text: `SELECT l.* FROM ${GIVEN}, LATERAL (
        SELECT ${COLUMNS} FROM execution_logs AS l
        WHERE l.execution_id = k.id AND l.scheduled_time = k.scheduled_time AND ($4::text IS NULL OR l.level = $4)
        ORDER BY l.execution_id DESC, l.attempt DESC, l.line DESC LIMIT $3
      ) AS l`,
    values: [...arraysOf(keys), limit, level ?? null],
  })
  for (const row of rows.reverse()) {
    const lines = found.get(row.executionId)
    if (lines) lines.push(row)
    else found.set(row.executionId, [row])
  }
  return found
}

/** What the last attempt that failed of several executions left of its stack. Index: primary key. */
export async function lastStacksOf(tx: Tx, keys: readonly ExecutionKey[]): Promise<Map<number, string>> {
  if (keys.length === 0) return new Map()
  const { rows } = await tx.query<{ id: number; stack: string | null }>({
    name: 'lastStacksOf',
    text: `SELECT k.id, last.error_stack AS stack FROM ${GIVEN}, LATERAL (
        SELECT a.error_stack FROM execution_attempts AS a
        WHERE a.execution_id = k.id AND a.scheduled_time = k.scheduled_time AND a.outcome <> 'RELEASED'
        ORDER BY a.execution_id DESC, a.attempt DESC LIMIT 1
      ) AS last`,
    values: arraysOf(keys),
  })
  return new Map(rows.flatMap(({ id, stack }) => (stack === null ? [] : [[id, stack]])))
}

/** The ids of a task's executions, the oldest first; of a list's items those of one of them. Index: `task_runs_task_key`. */
export async function executionsOfTask(
  tx: Tx,
  runId: number,
  taskNo: number,
  item: number,
): Promise<number[]> {
  const { rows } = await tx.query<{ id: number }>({
    name: 'executionsOfTask',
    text: `SELECT x.id FROM task_runs AS t, unnest(t.earlier_executions || t.execution_id) AS x (id)
      WHERE t.run_id = $1 AND t.task_no = $2 AND t.item = $3 AND x.id IS NOT NULL`,
    values: [runId, taskNo, item],
  })
  return rows.map(({ id }) => id)
}

/** The keys of executions by their ids, the oldest first. Every partition is looked into: for a few. */
export async function executionKeysOf(tx: Tx, ids: readonly number[]): Promise<ExecutionKey[]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<ExecutionKey>({
    name: 'executionKeysOf',
    text: `SELECT e.id, e.scheduled_time AS "scheduledTime" FROM unnest($1::bigint[]) AS k (id)
      JOIN job_executions AS e ON e.id = k.id ORDER BY e.scheduled_time, e.id`,
    values: [plainArray(ids)],
  })
  return rows
}

/** A page of the log of several executions, one after the other as given. Index: primary key. Called by: the admin API. */
export async function taskLogs(
  tx: Tx,
  keys: readonly ExecutionKey[],
  { attempt, level }: LogFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: LogRow[]; total: number }> {
  const levels = level === undefined ? null : LOG_LEVELS.slice(LOG_LEVELS.indexOf(level))
  const from = `FROM unnest($1::bigint[], $2::timestamptz[]) WITH ORDINALITY AS k (id, scheduled_time, place)
    JOIN execution_logs AS l ON l.execution_id = k.id AND l.scheduled_time = k.scheduled_time
    WHERE ($3::text[] IS NULL OR l.level = ANY ($3)) AND ($4::integer IS NULL OR l.attempt = $4)`
  const values = [...arraysOf(keys), levels, attempt ?? null]
  const { rows } = await tx.query<LogRow>({
    name: 'taskLogs',
    text: `SELECT ${COLUMNS} ${from} ORDER BY k.place, l.attempt, l.line LIMIT $5 OFFSET $6`,
    values: [...values, page.limit, page.offset],
  })
  const { rows: counted } = await tx.query<{ count: number }>({
    name: 'countTaskLogs',
    text: `SELECT count(*)::integer AS count ${from}`,
    values,
  })
  return { rows, total: counted[0]!.count }
}
