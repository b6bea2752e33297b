import type { Tx } from '../../database.ts'
import type { scheduleTasks } from '../../schema/index.ts'
import { plainArray } from '../types.ts'

/** A task of a version in the form the engine releases it from. */
export type TaskRow = Required<Omit<typeof scheduleTasks.$inferInsert, 'versionId'>>

export interface TaskEdge {
  parentNo: number
  childNo: number
}

export interface NewVersion {
  tasks: readonly TaskRow[]
  edges: readonly TaskEdge[]
  /** The tasks as they were given. */
  definition: { tasks: Array<Record<string, unknown>> }
}

const text = `
WITH version AS (
  INSERT INTO schedule_versions (schedule_id, version, definition, created_by)
  SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, $3 FROM schedule_versions WHERE schedule_id = $1
  RETURNING id, version
), tasks AS (
  INSERT INTO schedule_tasks (version_id, no, parents, max_retry, retry_delay_seconds, timeout_seconds, kind, trigger_rule,
    retry_backoff, priority, is_decided, key, queue, handler_name, params, spec)
  SELECT version.id, t.* FROM version, jsonb_to_recordset($4::jsonb) AS t ("no" integer, "parents" integer, "maxRetry" integer,
    "retryDelaySeconds" integer, "timeoutSeconds" integer, "kind" task_kind, "triggerRule" trigger_rule,
    "retryBackoff" retry_backoff, "priority" smallint, "isDecided" boolean, "key" text, "queue" text, "handlerName" text,
    "params" jsonb, "spec" jsonb)
), edges AS (
  INSERT INTO schedule_edges (version_id, parent_no, child_no)
  SELECT version.id, e.* FROM version, unnest($5::integer[], $6::integer[]) AS e
), begun AS (
  UPDATE schedules SET version_id = version.id FROM version WHERE schedules.id = $1
)
SELECT id AS "versionId", version FROM version`

/**
 * Writes a DAG as the next version of a schedule, with which its new runs begin.
 *
 * Locks: the schedule's row, which the caller holds so that versions are numbered one after the other. Called by: the
 * admin API.
 *
 * @param by  who made it
 */
export async function insertVersion(
  tx: Tx,
  scheduleId: number,
  { tasks, edges, definition }: NewVersion,
  by: string | null,
): Promise<{ versionId: number; version: number }> {
  const { rows } = await tx.query<{ versionId: number; version: number }>({
    name: 'insertVersion',
    text,
    values: [
      scheduleId,
      JSON.stringify(definition),
      by,
      JSON.stringify(tasks),
      plainArray(edges.map((edge) => edge.parentNo)),
      plainArray(edges.map((edge) => edge.childNo)),
    ],
  })
  return rows[0]!
}
