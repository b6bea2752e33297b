import { isDeepStrictEqual } from 'node:util'
import { recordAudit, type Tx } from '@jobu/db'
import type { Actor } from '../http/actor.ts'

/** What a change was made to; `name` where it has one. */
export interface AuditTarget {
  type:
    | 'cron'
    | 'crons'
    | 'job'
    | 'jobs'
    | 'schedule'
    | 'run'
    | 'signal'
    | 'statistics'
    | 'scheduler'
    | 'user'
    | 'session'
    | 'token'
    | 'worker'
  id: number | string | null
  name?: string | null
}

type Fields = Record<string, unknown>

/**
 * Writes a change to the audit log, in the transaction that makes it. Of two states only the fields that differ are
 * kept; nothing is written where none does.
 *
 * @param action  `cron.update`, `job.cancel` ...
 * @param before  null for what was made
 * @param after   null for what was deleted
 * @returns the entry's id; null where none was written
 */
export async function audit(
  tx: Tx,
  actor: Actor,
  action: string,
  target: AuditTarget,
  before: Fields | null,
  after: Fields | null,
): Promise<number | null> {
  const changed =
    before &&
    after &&
    Object.keys({ ...before, ...after }).filter((key) => !isDeepStrictEqual(before[key], after[key]))
  if (changed?.length === 0) return null
  const only = (state: Fields | null) =>
    state && changed ? Object.fromEntries(changed.map((key) => [key, state[key] ?? null])) : state
  return recordAudit(tx, {
    ...actorColumns(actor),
    action,
    targetType: target.type,
    targetId: target.id === null ? null : String(target.id),
    targetName: target.name ?? null,
    before: only(before),
    after: only(after),
  })
}

/** Who did it, as an entry says it. */
export function actorColumns(actor: Actor) {
  return {
    actorKind: actor.kind,
    actorName: actor.name,
    actorId: actor.id,
    requestId: actor.requestId,
    address: actor.address,
  }
}
