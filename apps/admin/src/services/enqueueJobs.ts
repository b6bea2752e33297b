import { createHash } from 'node:crypto'
import {
  bindIdempotencyKeys,
  claimIdempotencyKeys,
  type Database,
  type EnqueueAudit,
  type ExecutionKey,
  ensurePartitions,
  insertExecutions,
  JobuError,
  type NewExecution,
  sqlState,
  type Tx,
} from '@jobu/db'

export interface JobRequest {
  execution: NewExecution
  idempotencyKey?: string | undefined
}

export interface EnqueuedJob extends ExecutionKey {
  /** False: an earlier request under the same idempotency key made it. */
  isNew: boolean
}

/** What the server says of a row that no partition takes. */
const CHECK_VIOLATION = '23514'

/**
 * Enqueues jobs, all or none, with one insert statement.
 *
 * @param audited  written to the audit log with those that are new
 * @returns one entry a request, in their order; requests under one idempotency key share a job
 * @throws JobuError IDEMPOTENCY_KEY_REUSED when a key was used for another request
 */
export async function enqueueJobs(
  database: Database,
  requests: JobRequest[],
  audited?: EnqueueAudit,
): Promise<EnqueuedJob[]> {
  const hasKeys = requests.some((request) => request.idempotencyKey !== undefined)
  const enqueue = () =>
    hasKeys
      ? database.transactional({ label: 'enqueue jobs once' }, (tx) => enqueueOnce(tx, requests, audited))
      : insert(database, requests, audited)
  try {
    return await enqueue()
  } catch (error) {
    if (sqlState(error) !== CHECK_VIOLATION) throw error
    // A month before the oldest partition, or one that upkeep has not reached: rare, so found out by trying.
    const now = new Date()
    const months = new Map(
      requests.map(({ execution }) => {
        const time = execution.scheduledTime ?? now
        return [time.toISOString().slice(0, 7), time]
      }),
    )
    for (const time of months.values()) await ensurePartitions(database, time, time)
    return enqueue()
  }
}

async function insert(
  tx: Tx,
  requests: JobRequest[],
  audited: EnqueueAudit | undefined,
): Promise<EnqueuedJob[]> {
  if (requests.length === 0) return []
  const keys = await insertExecutions(
    tx,
    requests.map((request) => request.execution),
    audited,
  )
  return keys.map((key) => ({ ...key, isNew: true }))
}

/** Keys are claimed before the jobs are written: a second request under a key waits here until the first commits. */
async function enqueueOnce(
  tx: Tx,
  requests: JobRequest[],
  audited: EnqueueAudit | undefined,
): Promise<EnqueuedJob[]> {
  const hashes = new Map<string, string>()
  for (const [index, { idempotencyKey, execution }] of requests.entries()) {
    if (idempotencyKey === undefined) continue
    const hash = hashOf(execution)
    const other = hashes.get(idempotencyKey)
    if (other !== undefined && other !== hash) throw reused(idempotencyKey, index, requests.length)
    hashes.set(idempotencyKey, hash)
  }
  const used = await claimIdempotencyKeys(
    tx,
    Array.from(hashes, ([key, requestHash]) => ({ key, requestHash })),
  )
  const known = new Map<string, EnqueuedJob>()
  for (const { key, requestHash, id, scheduledTime } of used) {
    if (hashes.get(key) !== requestHash) {
      const index = requests.findIndex((request) => request.idempotencyKey === key)
      throw reused(key, index, requests.length)
    }
    known.set(key, { id, scheduledTime, isNew: false })
  }

  // Of several requests under one new key the first makes the job.
  const seen = new Set(known.keys())
  const fresh = requests.filter(({ idempotencyKey }) => {
    if (idempotencyKey === undefined) return true
    if (seen.has(idempotencyKey)) return false
    seen.add(idempotencyKey)
    return true
  })
  const made = new Map<JobRequest, EnqueuedJob>()
  for (const [index, job] of (await insert(tx, fresh, audited)).entries()) {
    const request = fresh[index]!
    made.set(request, job)
    if (request.idempotencyKey !== undefined) known.set(request.idempotencyKey, job)
  }
  await bindIdempotencyKeys(
    tx,
    Array.from(made).flatMap(([{ idempotencyKey: key }, job]) =>
      key === undefined ? [] : [{ key, ...job }],
    ),
  )
  return requests.map(
    (request) => made.get(request) ?? { ...known.get(request.idempotencyKey!)!, isNew: false },
  )
}

function reused(key: string, index: number, count: number): JobuError {
  const field = count === 1 ? 'idempotency_key' : `jobs[${index}].idempotency_key`
  return new JobuError('IDEMPOTENCY_KEY_REUSED', `Idempotency key "${key}" was used for another request`, {
    details: [{ field, message: 'was used for another request', received: key }],
  })
}

/** Of what a request means, not of how it was written: the order of keys does not count. */
function hashOf(execution: NewExecution): string {
  const canonical = JSON.stringify(execution, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return createHash('sha256').update(canonical).digest('hex')
}
