import type { Tx } from '../database.ts'

export interface WorkerRegistration {
  id: string
  hostname: string
  pid: number
  version: string
  queues: string[]
  handlers: string[]
  poolSize: number
}

/** Announces a worker, or announces it again with what it serves now. */
export async function registerWorker(tx: Tx, worker: WorkerRegistration): Promise<void> {
  await tx.query(
    `INSERT INTO workers (id, hostname, pid, version, queues, handlers, pool_size)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET status = 'ACTIVE', queues = excluded.queues, handlers = excluded.handlers,
       pool_size = excluded.pool_size, heartbeat_at = now(), stopped_at = NULL`,
    [worker.id, worker.hostname, worker.pid, worker.version, worker.queues, worker.handlers, worker.poolSize],
  )
}

/**
 * Shows that a worker lives. A worker that was given up as LOST, and was only slow, is ACTIVE again; one that somebody
 * asked to drain stays DRAINING.
 *
 * @returns whether it is draining
 */
export async function heartbeatWorker(
  tx: Tx,
  worker: { id: string; running: number; status: 'ACTIVE' | 'DRAINING' },
): Promise<boolean> {
  const { rows } = await tx.query<{ status: string }>(
    `UPDATE workers SET heartbeat_at = now(), running = $2, status = CASE WHEN status = 'DRAINING' THEN status ELSE $3 END,
       stopped_at = NULL
     WHERE id = $1 RETURNING status`,
    [worker.id, worker.running, worker.status],
  )
  return rows[0]?.status === 'DRAINING'
}

export async function stopWorker(tx: Tx, id: string): Promise<void> {
  await tx.query(`UPDATE workers SET status = 'STOPPED', running = 0, stopped_at = now() WHERE id = $1`, [id])
}

export async function registerDispatcher(
  tx: Tx,
  dispatcher: { id: string; hostname: string; pid: number; version: string },
): Promise<void> {
  await tx.query(`INSERT INTO dispatchers (id, hostname, pid, version) VALUES ($1, $2, $3, $4)`, [
    dispatcher.id,
    dispatcher.hostname,
    dispatcher.pid,
    dispatcher.version,
  ])
}

export async function heartbeatDispatcher(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `UPDATE dispatchers SET heartbeat_at = now(), status = 'ACTIVE', stopped_at = NULL WHERE id = $1`,
    [id],
  )
}

export async function stopDispatcher(tx: Tx, id: string): Promise<void> {
  await tx.query(`UPDATE dispatchers SET status = 'STOPPED', stopped_at = now() WHERE id = $1`, [id])
}

/**
 * Marks services LOST that have been silent for `silentSeconds`, and forgets the ones gone for a week.
 * Their executions are not touched: each has its own lease.
 */
export async function markLostServices(tx: Tx, silentSeconds: number): Promise<void> {
  for (const table of ['workers', 'dispatchers']) {
    await tx.query(
      `UPDATE ${table} SET status = 'LOST', stopped_at = heartbeat_at
       WHERE status IN ('ACTIVE', 'DRAINING') AND heartbeat_at < now() - $1 * interval '1 second'`,
      [silentSeconds],
    )
    await tx.query(
      `DELETE FROM ${table} WHERE status IN ('STOPPED', 'LOST') AND stopped_at < now() - interval '7 days'`,
    )
  }
}
