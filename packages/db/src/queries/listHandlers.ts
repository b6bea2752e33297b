import type { Tx } from '../database.ts'
import { asc } from '../drizzle.ts'
import { handlers } from '../schema/index.ts'

export type HandlerRow = typeof handlers.$inferSelect

/** Every handler that workers have published, by name. */
export async function listHandlers(tx: Tx): Promise<HandlerRow[]> {
  return tx.db.select().from(handlers).orderBy(asc(handlers.name))
}
