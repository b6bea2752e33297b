import type { Tx } from '../../database.ts'
import type { TaskKind } from '../../states.ts'
import { plainArray } from '../types.ts'

/** A task that a dispatcher must look at: its decision is due, or what it waits for has not come in time. */
export interface DueTask {
  id: number
  runId: number
  scheduleId: number
  versionId: number
  state: 'DECIDING' | 'AWAITING'
  key: string
  kind: TaskKind
  params: Record<string, unknown>
  /** `{condition, for_each, schedule_id, approval, wait_for}`, as given. */
  spec: Record<string, unknown>
  /** Of an AWAITING event: `{event}`. */
  result: unknown
  /** Of its run. */
  scheduledTime: Date
  startedAt: Date
  runParams: Record<string, unknown>
  isCancelled: boolean
}

const IS_DUE = `attention_at <= now() AND state IN ('DECIDING', 'AWAITING')`

const candidates = `
SELECT id, run_id AS "runId" FROM task_runs WHERE ${IS_DUE} ORDER BY attention_at LIMIT $1`

const lock = (how: string) =>
  `SELECT id FROM schedule_runs WHERE id = ANY ($1::bigint[]) AND status = 'RUNNING' ORDER BY id FOR NO KEY UPDATE ${how}`

// A statement of its own, begun after the locks were had: it sees what their last holders committed.
const read = `
SELECT t.id, t.run_id AS "runId", r.schedule_id AS "scheduleId", t.version_id AS "versionId", t.state, d.key, d.kind, d.params, d.spec,
  t.result, r.scheduled_time AS "scheduledTime", r.started_at AS "startedAt", r.params AS "runParams",
  r.cancel_requested_at IS NOT NULL AS "isCancelled"
FROM unnest($1::bigint[]) WITH ORDINALITY AS due (id, place)
JOIN task_runs AS t ON t.id = due.id
JOIN schedule_runs AS r ON r.id = t.run_id
JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
WHERE t.run_id = ANY ($2::bigint[]) AND ${IS_DUE}
ORDER BY due.place`

/**
 * Takes tasks whose time has come, oldest first, with the rows of their runs, until the transaction ends. Runs that somebody
 * holds are passed over; where all are held (one big run), the first one is waited for.
 *
 * Locks: the runs, by id. Index: `task_runs_attention_idx`, primary keys. Called by: decideDueTasks.
 *
 * @param ids  only these; left out: the `limit` oldest
 */
export async function lockDueTasks(tx: Tx, limit: number, ids?: number[]): Promise<DueTask[]> {
  const { rows: found } = ids
    ? await tx.query<{ id: number; runId: number }>(
        'SELECT id, run_id AS "runId" FROM task_runs WHERE id = ANY ($1::bigint[])',
        [plainArray(ids)],
      )
    : await tx.query<{ id: number; runId: number }>({
        name: 'lockDueTasks.find',
        text: candidates,
        values: [limit],
      })
  if (found.length === 0) return []
  const runs = [...new Set(found.map((one) => one.runId))].sort((a, b) => a - b)
  let { rows: locked } = await tx.query<{ id: number }>({
    name: 'lockDueTasks.lock',
    text: lock('SKIP LOCKED'),
    values: [plainArray(runs)],
  })
  if (locked.length === 0) {
    ;({ rows: locked } = await tx.query<{ id: number }>({
      name: 'lockDueTasks.wait',
      text: lock(''),
      values: [plainArray([found[0]!.runId])],
    }))
  }
  if (locked.length === 0) return []
  const { rows } = await tx.query<DueTask>({
    name: 'lockDueTasks.read',
    text: read,
    values: [plainArray(found.map((one) => one.id)), plainArray(locked.map((one) => one.id))],
  })
  return rows
}
