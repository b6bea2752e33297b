import type { Tx } from '../database.ts'
import { type ExecutionKey, instantArray, plainArray } from './types.ts'

export interface IdempotencyClaim {
  key: string
  /** SHA-256 of the request. */
  requestHash: string
}

export interface UsedKey extends ExecutionKey {
  key: string
  requestHash: string
}

/**
 * Takes idempotency keys for the transaction's requests. A key that another transaction is taking is waited for, so
 * of two requests under one key the second sees what the first made of it.
 *
 * Locks: the keys it inserts, in their order, so that two batches cannot wait for each other.
 * Index: primary key. Called by: the admin API, which calls `bindIdempotencyKeys` in the same transaction.
 *
 * @param claims  no key twice
 * @returns       the keys that were used before, with the execution each stands for; the others are now the caller's
 */
export async function claimIdempotencyKeys(tx: Tx, claims: IdempotencyClaim[]): Promise<UsedKey[]> {
  const keys = claims.map((claim) => claim.key)
  const { rows: taken } = await tx.query<{ key: string }>(
    `INSERT INTO idempotency_keys (key, request_hash, execution_id, scheduled_time)
     SELECT key, request_hash, 0, now() FROM unnest($1::text[], $2::text[]) AS c (key, request_hash) ORDER BY key
     ON CONFLICT (key) DO NOTHING
     RETURNING key`,
    [keys, claims.map((claim) => claim.requestHash)],
  )
  if (taken.length === claims.length) return []
  const own = new Set(taken.map((row) => row.key))
  const { rows } = await tx.query<UsedKey>(
    `SELECT key, request_hash AS "requestHash", execution_id AS id, scheduled_time AS "scheduledTime"
     FROM idempotency_keys WHERE key = ANY ($1::text[])`,
    [keys.filter((key) => !own.has(key))],
  )
  return rows
}

/** Says which execution each key claimed in this transaction stands for. */
export async function bindIdempotencyKeys(
  tx: Tx,
  bindings: Array<ExecutionKey & { key: string }>,
): Promise<void> {
  await tx.query(
    `UPDATE idempotency_keys AS i SET execution_id = b.id, scheduled_time = b.scheduled_time
     FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS b (key, id, scheduled_time) WHERE i.key = b.key`,
    [
      bindings.map((one) => one.key),
      plainArray(bindings.map((one) => one.id)),
      instantArray(bindings.map((one) => one.scheduledTime)),
    ],
  )
}
