import { type CronFilter, cronsByLastStatus, type Tx } from '@jobu/db'
import type { CronFilterBody } from '../schemas/bulkCrons.ts'

/** What a query, or a bulk action's body, asks for. `isExact` false: it may have more crons than are found. */
export async function cronFilterOf(
  tx: Tx,
  query: CronFilterBody,
): Promise<{ filter: CronFilter; isExact: boolean }> {
  const filter: CronFilter = {
    isEnabled: query.is_enabled,
    q: query.q,
    tags: query.tag,
    owner: query.owner,
    handlerName: query.handler_name,
  }
  if (!query.last_status) return { filter, isExact: true }
  const { ids, isComplete } = await cronsByLastStatus(tx, [...new Set(query.last_status)])
  return { filter: { ...filter, ids }, isExact: isComplete }
}
