import {
  cronsPerHandler,
  type Database,
  findHandlers,
  getHandler,
  type HandlerRow,
  workersPerHandler,
} from '@jobu/db'
import type { ListHandlersQuery } from '../schemas/handler.ts'
import { pageBody, pageOf, pickFields } from '../schemas/paging.ts'

/** Worker ids shown of one handler. */
const MAX_WORKERS = 100

/** What workers have published, and who stands behind it now. */
export class HandlerService {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(query: ListHandlersQuery) {
    const page = pageOf(query)
    const { rows, total } = await findHandlers(this.#database, { q: query.q }, page)
    const items = (await this.#views(rows)).map((view) => pickFields(view, query.fields))
    return pageBody(items, total, page)
  }

  /** @throws JobuError HANDLER_NOT_FOUND */
  async get(name: string) {
    const [view] = await this.#views([await getHandler(this.#database, name)])
    return view!
  }

  async #views(rows: HandlerRow[]) {
    const names = rows.map((row) => row.name)
    const [serving, crons] = await Promise.all([
      workersPerHandler(this.#database, names, MAX_WORKERS),
      cronsPerHandler(this.#database, names),
    ])
    return rows.map((row) => ({
      name: row.name,
      description: row.description,
      params_schema: row.paramsSchema,
      isolation: row.isolation,
      source: row.source,
      published_at: row.publishedAt,
      is_served: serving.has(row.name),
      worker_ids: serving.get(row.name)?.workerIds ?? [],
      queues: serving.get(row.name)?.queues ?? [],
      cron_count: crons.get(row.name) ?? 0,
    }))
  }
}
