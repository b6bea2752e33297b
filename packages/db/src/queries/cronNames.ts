import type { Tx } from '../database.ts'
import { plainArray } from './types.ts'

export interface CronName {
  id: number
  name: string
  handlerName: string
  jitterSeconds: number
}

/** What to call crons, deleted ones too. Index: primary key. Called by: the admin API. */
export async function cronNames(tx: Tx, ids: number[]): Promise<CronName[]> {
  const { rows } = await tx.query<CronName>({
    name: 'cronNames',
    text: `SELECT id, name, handler_name AS "handlerName", jitter_seconds AS "jitterSeconds" FROM cron_jobs WHERE id = ANY ($1::bigint[])`,
    values: [plainArray(ids)],
  })
  return rows
}
