import type { Tx } from '../database.ts'
import { asc, eq, ilike, or } from '../drizzle.ts'
import { JobuError } from '../errors.ts'
import { handlers } from '../schema/index.ts'
import type { HandlerRow } from './listHandlers.ts'

/** Handlers by name; `q` is a part of the name or the description, in any case. */
export async function findHandlers(
  tx: Tx,
  filter: { q?: string },
  page: { limit: number; offset: number },
): Promise<{ rows: HandlerRow[]; total: number }> {
  const pattern = filter.q === undefined ? undefined : `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`
  const where =
    pattern === undefined
      ? undefined
      : or(ilike(handlers.name, pattern), ilike(handlers.description, pattern))
  const rows = await tx.db
    .select()
    .from(handlers)
    .where(where)
    .orderBy(asc(handlers.name))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(handlers, where) }
}

/** @throws JobuError HANDLER_NOT_FOUND */
export async function getHandler(tx: Tx, name: string): Promise<HandlerRow> {
  const [row] = await tx.db.select().from(handlers).where(eq(handlers.name, name))
  if (!row) throw new JobuError('HANDLER_NOT_FOUND', `Handler ${name} not found`)
  return row
}

/** Who serves each handler now; one that nobody serves is missing. Draining workers take nothing more. */
export async function workersPerHandler(
  tx: Tx,
  names: string[],
  limit: number,
): Promise<Map<string, { workerIds: string[]; queues: string[] }>> {
  const { rows } = await tx.query<{ name: string; workerIds: string[]; queues: string[] }>(
    `SELECT name, (array_agg(DISTINCT w.id))[:$2::integer] AS "workerIds", array_agg(DISTINCT queue) AS queues
     FROM unnest($1::text[]) AS name
     JOIN workers AS w ON name = ANY (w.handlers)
       AND w.status = 'ACTIVE' AND w.heartbeat_at > now() - interval '60 seconds'
     CROSS JOIN unnest(w.queues) AS queue
     GROUP BY name`,
    [names, limit],
  )
  return new Map(rows.map(({ name, ...serving }) => [name, serving]))
}

/** How many crons use each handler; one that none uses is missing. Reads every cron. */
export async function cronsPerHandler(tx: Tx, names: string[]): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ name: string; count: number }>(
    `SELECT handler_name AS name, count(*) AS count FROM cron_jobs
     WHERE deleted_at IS NULL AND handler_name = ANY ($1) GROUP BY handler_name`,
    [names],
  )
  return new Map(rows.map(({ name, count }) => [name, count]))
}
