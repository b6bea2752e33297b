import type { Tx } from '../database.ts'
import type { ParamSource } from '../states.ts'
import type { ExecutionFilter } from './executionFilter.ts'

/** A combination that occurs among the executions. */
export interface Facet {
  handlerName: string
  queue: string
  paramSource: ParamSource
  priority: number
  /** `jobu_facet` of them, a bigint as text. */
  hash: string
}

/** The facets that a filter allows, by the directory that a trigger keeps. */
export async function listFacets(tx: Tx, filter: ExecutionFilter = {}): Promise<Facet[]> {
  const { rows } = await tx.query<Facet>({
    name: 'listFacets',
    text: `SELECT handler_name AS "handlerName", queue, param_source AS "paramSource", priority,
        jobu_facet(handler_name, queue, param_source, priority)::text AS hash
      FROM execution_facets
      WHERE ($1::text IS NULL OR handler_name = $1) AND ($2::text IS NULL OR queue = $2)
        AND ($3::param_source[] IS NULL OR param_source = ANY ($3)) AND ($4::smallint IS NULL OR priority = $4)`,
    values: [
      filter.handlerName ?? null,
      filter.queue ?? null,
      filter.paramSources ?? null,
      filter.priority ?? null,
    ],
  })
  return rows
}

const pruneText = `
WITH used AS MATERIALIZED (
  SELECT f.handler_name, f.queue, f.param_source, f.priority, EXISTS (
    SELECT FROM unnest('{PENDING,SUCCESS,FAILED,TIMEOUT,CANCELLED,SKIPPED}'::execution_status[]) AS s (status), LATERAL (
      SELECT FROM job_executions AS e
      WHERE jobu_facet(e.handler_name, e.queue, e.param_source, e.priority) = jobu_facet(f.handler_name, f.queue, f.param_source, f.priority)
        AND e.status = s.status AND e.status <> 'RUNNING' AND e.handler_name = f.handler_name AND e.queue = f.queue
        AND e.param_source = f.param_source AND e.priority = f.priority
      LIMIT 1
    ) AS e
  ) OR EXISTS (
    SELECT FROM job_executions AS e
    WHERE e.status = 'RUNNING' AND e.lease_expires_at > '-infinity' AND e.handler_name = f.handler_name
      AND e.queue = f.queue AND e.param_source = f.param_source AND e.priority = f.priority
  ) AS is_used
  FROM execution_facets AS f
), gone AS (
  DELETE FROM execution_facets AS f USING used AS u
  WHERE NOT u.is_used AND f.unused_since < now() - interval '1 day' AND f.handler_name = u.handler_name
    AND f.queue = u.queue AND f.param_source = u.param_source AND f.priority = u.priority
  RETURNING f.handler_name
)
UPDATE execution_facets AS f SET unused_since = CASE WHEN NOT u.is_used THEN now() END
FROM used AS u
WHERE f.handler_name = u.handler_name AND f.queue = u.queue AND f.param_source = u.param_source
  AND f.priority = u.priority AND (f.unused_since IS NULL) <> u.is_used`

/**
 * Marks facets of which no execution is left, and deletes those marked a day ago. An insert of such a facet removes the
 * mark under the row's lock, and one that was written before the mark has long committed by then.
 *
 * Locks: the facets changed. Index: `job_executions_facet_idx`. Called by: pruneSideTables.
 */
export async function pruneFacets(tx: Tx): Promise<void> {
  await tx.query(pruneText)
}
