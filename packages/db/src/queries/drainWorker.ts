import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'

/**
 * Asks an active worker to drain. It hears of it by NOTIFY, or else sees it at its next heartbeat.
 *
 * Locks: the worker's row. Called by: the admin API.
 */
export async function drainWorker(tx: Tx, id: string): Promise<void> {
  await tx.query(`UPDATE workers SET status = 'DRAINING' WHERE id = $1 AND status = 'ACTIVE'`, [id])
  await tx.query('SELECT pg_notify($1, $2)', [CHANNELS.drain, id])
}
