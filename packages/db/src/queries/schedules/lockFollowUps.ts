import type { Tx } from '../../database.ts'
import type { RunStatus, RunTrigger } from '../../states.ts'
import { plainArray } from '../types.ts'

/** A run that has ended, with what its schedule says of it. */
export interface FinishedRun {
  id: number
  scheduleId: number
  scheduleTitle: string
  owner: string | null
  timezone: string
  notifications: Record<string, unknown>
  versionId: number
  status: Exclude<RunStatus, 'PENDING' | 'RUNNING'>
  trigger: RunTrigger
  params: Record<string, unknown>
  scheduledTime: Date
  createdAt: Date
  /** Null for one that was cancelled before it began. */
  startedAt: Date | null
  finishedAt: Date
  /** Above 1 after a rerun. */
  round: number
  reason: string | null
  errorMessage: string | null
  createdBy: string | null
  parentTaskRunId: number | null
}

const candidates = `
SELECT r.id, t.run_id AS "parentId"
FROM schedule_runs AS r LEFT JOIN task_runs AS t ON t.id = r.parent_task_run_id
WHERE r.follow_up_at <= now() ORDER BY r.follow_up_at LIMIT $1`

const read = `
SELECT r.id, r.schedule_id AS "scheduleId", s.title AS "scheduleTitle", s.owner, s.timezone, s.notifications, r.version_id AS "versionId",
  r.status, r.trigger, r.params, r.scheduled_time AS "scheduledTime", r.created_at AS "createdAt", r.started_at AS "startedAt",
  r.finished_at AS "finishedAt", r.round, r.reason, r.error_message AS "errorMessage", r.created_by AS "createdBy",
  r.parent_task_run_id AS "parentTaskRunId"
FROM schedule_runs AS r JOIN schedules AS s ON s.id = r.schedule_id
WHERE r.id = ANY ($1::bigint[]) AND r.follow_up_at <= now()
ORDER BY r.id`

/**
 * Takes runs that something follows from, and the runs that they are tasks of, until the transaction ends. A run that
 * another dispatcher follows up is passed over.
 *
 * Locks: the runs, those that others are tasks of first; they are the older ones, so all are locked by id.
 * Index: `schedule_runs_follow_up_idx`. Called by: followUpRuns.
 *
 * @param ids  only these; left out: the `limit` that have waited longest
 */
export async function lockFollowUps(tx: Tx, limit: number, ids?: number[]): Promise<FinishedRun[]> {
  const { rows: found } = ids
    ? await tx.query<{ id: number; parentId: number | null }>(
        `SELECT r.id, t.run_id AS "parentId" FROM schedule_runs AS r LEFT JOIN task_runs AS t ON t.id = r.parent_task_run_id
         WHERE r.id = ANY ($1::bigint[])`,
        [plainArray(ids)],
      )
    : await tx.query<{ id: number; parentId: number | null }>({
        name: 'lockFollowUps.find',
        text: candidates,
        values: [limit],
      })
  if (found.length === 0) return []
  const parents = [...new Set(found.flatMap(({ parentId }) => (parentId === null ? [] : [parentId])))]
  const lock = (runs: number[], how: string) =>
    tx.query<{ id: number }>({
      name: `lockFollowUps.lock${how}`,
      text: `SELECT id FROM schedule_runs WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE ${how}`,
      values: [plainArray(runs.sort((a, b) => a - b))],
    })
  if (parents.length > 0) await lock(parents, '')
  const { rows: locked } = await lock(
    found.map((one) => one.id),
    'SKIP LOCKED',
  )
  // Begun after the locks were had: it sees what their last holders committed.
  const { rows } = await tx.query<FinishedRun>({
    name: 'lockFollowUps.read',
    text: read,
    values: [plainArray(locked.map((one) => one.id))],
  })
  return rows
}
