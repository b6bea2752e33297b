import type { Tx } from '../database.ts'

/** A service silent for so long does not count as alive, whatever its row says. */
export const SILENT_SECONDS = 60

export interface LiveDispatcher {
  id: string
  hostname: string
  version: string
  startedAt: Date
  heartbeatAt: Date
}

export interface LiveWorker extends LiveDispatcher {
  status: 'ACTIVE' | 'DRAINING'
  queues: string[]
  handlers: string[]
  poolSize: number
  /** As of its last heartbeat. */
  running: number
}

const LIVE = `heartbeat_at > now() - interval '${SILENT_SECONDS} seconds'`

/** Dispatchers at work, oldest first. */
export async function liveDispatchers(tx: Tx): Promise<LiveDispatcher[]> {
  const { rows } = await tx.query<LiveDispatcher>({
    name: 'liveDispatchers',
    text: `SELECT id, hostname, version, started_at AS "startedAt", heartbeat_at AS "heartbeatAt"
      FROM dispatchers WHERE status = 'ACTIVE' AND ${LIVE} ORDER BY started_at, id`,
  })
  return rows
}

/** Workers at work or draining, oldest first. */
export async function liveWorkers(tx: Tx): Promise<LiveWorker[]> {
  const { rows } = await tx.query<LiveWorker>({
    name: 'liveWorkers',
    text: `SELECT id, hostname, version, status, started_at AS "startedAt", heartbeat_at AS "heartbeatAt", queues, handlers,
        pool_size AS "poolSize", running
      FROM workers WHERE status IN ('ACTIVE', 'DRAINING') AND ${LIVE} ORDER BY started_at, id`,
  })
  return rows
}
