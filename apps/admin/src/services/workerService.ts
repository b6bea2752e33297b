import {
  type Database,
  type DispatcherRow,
  drainWorker,
  executionsHeldBy,
  getDispatcher,
  getWorker,
  JobuError,
  listDispatchers,
  listWorkers,
  type WorkerRow,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import { pageBody, pageOf, pickFields } from '../schemas/paging.ts'
import type { ListDispatchersQuery, ListWorkersQuery } from '../schemas/worker.ts'
import { audit } from './audit.ts'

/** Ids shown of what one worker holds. */
const MAX_IDS = 100

/** The processes that do the work, as they show themselves in the database. */
export class WorkerService {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(query: ListWorkersQuery) {
    const page = pageOf(query)
    const { rows, total } = await listWorkers(this.#database, { statuses: query.status }, page)
    const items = (await this.#views(rows)).map((view) => pickFields(view, query.fields))
    return pageBody(items, total, page)
  }

  /** @throws JobuError WORKER_NOT_FOUND */
  async get(id: string) {
    const [view] = await this.#views([await getWorker(this.#database, id)])
    return view!
  }

  /** Idempotent. @throws JobuError WORKER_NOT_FOUND, WORKER_NOT_ACTIVE */
  async drain(id: string, actor: Actor) {
    await this.#database.transactional({ label: 'drain worker' }, async (tx) => {
      const { status } = await getWorker(tx, id, { lock: true })
      if (status === 'DRAINING') return
      if (status !== 'ACTIVE') {
        throw new JobuError('WORKER_NOT_ACTIVE', `Worker ${id} is ${status}; only an ACTIVE one can drain`, {
          details: [{ field: 'status', message: 'cannot drain', received: status, expected: 'ACTIVE' }],
        })
      }
      await drainWorker(tx, id)
      await audit(tx, actor, 'worker.drain', { type: 'worker', id }, { status }, { status: 'DRAINING' })
    })
    return this.get(id)
  }

  async listDispatchers(query: ListDispatchersQuery) {
    const page = pageOf(query)
    const { rows, total } = await listDispatchers(this.#database, { statuses: query.status }, page)
    const items = rows.map((row) => pickFields(serviceFields(row), query.fields))
    return pageBody(items, total, page)
  }

  /** @throws JobuError DISPATCHER_NOT_FOUND */
  async getDispatcher(id: string) {
    return serviceFields(await getDispatcher(this.#database, id))
  }

  async #views(rows: WorkerRow[]) {
    const held = await executionsHeldBy(
      this.#database,
      rows.map((row) => row.id),
      MAX_IDS,
    )
    return rows.map((row) => ({
      ...serviceFields(row),
      queues: row.queues,
      handlers: row.handlers,
      pool_size: row.poolSize,
      running: row.running,
      execution_ids: held.get(row.id) ?? [],
    }))
  }
}

function serviceFields<Row extends DispatcherRow | WorkerRow>(row: Row) {
  return {
    id: row.id,
    hostname: row.hostname,
    pid: row.pid,
    version: row.version,
    status: row.status as Row['status'],
    is_alive: row.isAlive,
    started_at: row.startedAt,
    heartbeat_at: row.heartbeatAt,
    stopped_at: row.stoppedAt,
  }
}
