import type { Tx } from '../database.ts'
import { instantArray, plainArray } from './types.ts'

const CHANGED = 'version = c.version + 1, updated_at = now()'

/**
 * Enables crons, each with when it fires next; one without a next run is completed.
 *
 * Locks: the rows given. Called by: the admin API, which holds them.
 */
export async function enableCrons(
  tx: Tx,
  plans: ReadonlyArray<{ id: number; nextRunAt: Date | null }>,
): Promise<void> {
  await tx.query(
    `UPDATE cron_jobs AS c SET is_enabled = true, enabled_at = now(), disabled_reason = NULL, next_run_at = p.next_run_at,
       completed_at = CASE WHEN p.next_run_at IS NULL THEN now() END, ${CHANGED}
     FROM unnest($1::bigint[], $2::timestamptz[]) AS p (id, next_run_at) WHERE c.id = p.id`,
    [plainArray(plans.map((plan) => plan.id)), instantArray(plans.map((plan) => plan.nextRunAt))],
  )
}

/** Disables crons. What of them has not finished goes on. Locks: the rows given. */
export async function disableCrons(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.query(
    `UPDATE cron_jobs AS c SET is_enabled = false, next_run_at = NULL, completed_at = NULL, ${CHANGED}
     WHERE id = ANY ($1::bigint[])`,
    [plainArray(ids)],
  )
}

/** Deletes crons for the API and the dispatchers; the rows stay, so that their executions keep their names. Locks: the rows given. */
export async function deleteCrons(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.query(
    `UPDATE cron_jobs AS c SET is_enabled = false, next_run_at = NULL, deleted_at = now(), ${CHANGED}
     WHERE id = ANY ($1::bigint[])`,
    [plainArray(ids)],
  )
}
