import type { Tx } from '../database.ts'
import { JobuError } from '../errors.ts'
import type { DispatcherStatus, WorkerStatus } from '../states.ts'

export interface DispatcherRow {
  id: string
  hostname: string
  pid: number
  version: string
  status: DispatcherStatus
  /** It has shown itself in the last minute, and not stopped. */
  isAlive: boolean
  startedAt: Date
  heartbeatAt: Date
  stoppedAt: Date | null
}

export interface WorkerRow extends Omit<DispatcherRow, 'status'> {
  status: WorkerStatus
  queues: string[]
  handlers: string[]
  poolSize: number
  /** Executions it held at its last heartbeat. */
  running: number
}

interface Page {
  limit: number
  offset: number
}

const COMMON = `id, hostname, pid, version, status, started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
  stopped_at AS "stoppedAt", status IN ('ACTIVE', 'DRAINING') AND heartbeat_at > now() - interval '60 seconds' AS "isAlive"`
const COLUMNS = {
  workers: `${COMMON}, queues, handlers, pool_size AS "poolSize", running`,
  dispatchers: COMMON,
}

/** Live ones first, of those the newest first. */
export async function listWorkers(
  tx: Tx,
  filter: { statuses?: readonly WorkerStatus[] },
  page: Page,
): Promise<{ rows: WorkerRow[]; total: number }> {
  return list<WorkerRow>(tx, 'workers', filter.statuses, page)
}

/** Live ones first, of those the newest first. */
export async function listDispatchers(
  tx: Tx,
  filter: { statuses?: readonly DispatcherStatus[] },
  page: Page,
): Promise<{ rows: DispatcherRow[]; total: number }> {
  return list<DispatcherRow>(tx, 'dispatchers', filter.statuses, page)
}

/** @throws JobuError WORKER_NOT_FOUND */
export async function getWorker(tx: Tx, id: string, { lock = false } = {}): Promise<WorkerRow> {
  const { rows } = await tx.query<WorkerRow>(
    `SELECT ${COLUMNS.workers} FROM workers WHERE id = $1 ${lock ? 'FOR UPDATE' : ''}`,
    [id],
  )
  if (!rows[0]) throw new JobuError('WORKER_NOT_FOUND', `Worker ${id} not found`)
  return rows[0]
}

/** @throws JobuError DISPATCHER_NOT_FOUND */
export async function getDispatcher(tx: Tx, id: string): Promise<DispatcherRow> {
  const { rows } = await tx.query<DispatcherRow>(
    `SELECT ${COLUMNS.dispatchers} FROM dispatchers WHERE id = $1`,
    [id],
  )
  if (!rows[0]) throw new JobuError('DISPATCHER_NOT_FOUND', `Dispatcher ${id} not found`)
  return rows[0]
}

/** The tables hold the processes of a week: some hundreds of rows, so no index. */
async function list<Row>(
  tx: Tx,
  table: keyof typeof COLUMNS,
  statuses: readonly string[] | undefined,
  page: Page,
): Promise<{ rows: Row[]; total: number }> {
  const where = 'WHERE $1::text[] IS NULL OR status = ANY ($1)'
  const { rows } = await tx.query<Row>(
    `SELECT ${COLUMNS[table]} FROM ${table} ${where}
     ORDER BY array_position(ARRAY['ACTIVE', 'DRAINING', 'LOST', 'STOPPED'], status), started_at DESC, id
     LIMIT $2 OFFSET $3`,
    [statuses ?? null, page.limit, page.offset],
  )
  const counted = await tx.query<{ total: number }>(`SELECT count(*) AS total FROM ${table} ${where}`, [
    statuses ?? null,
  ])
  return { rows, total: counted.rows[0]!.total }
}
