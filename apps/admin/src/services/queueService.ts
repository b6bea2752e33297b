import { COUNTED_AT_MOST, type Database, listQueues } from '@jobu/db'
import { pageBody, pageOf } from '../schemas/paging.ts'
import type { ListQueuesQuery } from '../schemas/queue.ts'

/** What the queues hold, as it is now. */
export class QueueService {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(query: ListQueuesQuery) {
    const page = pageOf(query)
    const { rows, total, isWaitingExact, isRunningExact } = await listQueues(this.#database, page)
    const items = rows.map((row) => ({
      name: row.name,
      ready: Math.min(row.ready, COUNTED_AT_MOST),
      ready_is_exact: row.ready <= COUNTED_AT_MOST,
      waiting: row.waiting,
      waiting_is_exact: isWaitingExact,
      running: row.running,
      running_is_exact: isRunningExact,
      oldest_ready_ms: row.oldestReadyMs,
      workers: row.workers,
      is_served: row.workers > 0,
    }))
    return pageBody(items, total, page)
  }
}
