import type { Tx } from '../database.ts'

export interface PublishedHandler {
  name: string
  description: string | null
  /** JSON Schema of its params. */
  paramsSchema: Record<string, unknown>
  isolation: string
  /** Built in, or the file it comes from. */
  source: string
}

/** Publishes what a worker serves, so that the API can check names and params and draw forms. The newest publication of a name wins. */
export async function publishHandlers(tx: Tx, handlers: PublishedHandler[]): Promise<void> {
  await tx.query(
    `INSERT INTO handlers (name, description, params_schema, isolation, source)
     SELECT name, description, "paramsSchema", isolation, source
     FROM jsonb_to_recordset($1::jsonb) AS h (name text, description text, "paramsSchema" jsonb, isolation text, source text)
     ORDER BY name
     ON CONFLICT (name) DO UPDATE SET description = excluded.description, params_schema = excluded.params_schema,
       isolation = excluded.isolation, source = excluded.source, published_at = now()`,
    [JSON.stringify(handlers)],
  )
}
