import type { Tx } from '../database.ts'

export interface CronFacet {
  kind: 'tag' | 'owner' | 'handler'
  name: string
  /** Crons that have it. */
  count: number
}

/** Names of a kind that are answered, the most frequent. */
const MOST = 200

const text = `
SELECT kind, name, count FROM (
  SELECT facet.kind, facet.name, count(*) AS count,
    row_number() OVER (PARTITION BY facet.kind ORDER BY count(*) DESC, facet.name) AS place
  FROM cron_jobs AS c CROSS JOIN LATERAL (
    SELECT 'tag' AS kind, tag AS name FROM unnest(c.tags) AS tag
    UNION ALL SELECT 'handler', c.handler_name
    UNION ALL SELECT 'owner', c.owner WHERE c.owner IS NOT NULL
  ) AS facet
  WHERE c.deleted_at IS NULL
  GROUP BY facet.kind, facet.name
) AS counted
WHERE place <= ${MOST}
ORDER BY kind, place`

/**
 * The tags, owners and handlers that crons have, the most frequent of each first.
 *
 * Cost: reads every cron once. Called by: the admin API.
 */
export async function cronFacets(tx: Tx): Promise<CronFacet[]> {
  const { rows } = await tx.query<CronFacet>({ name: 'cronFacets', text })
  return rows
}
