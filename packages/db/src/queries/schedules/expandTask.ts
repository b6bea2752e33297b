import type { Tx } from '../../database.ts'

const insert = `
WITH expanded AS (
  UPDATE task_runs
  SET state = 'EXPANDED', attention_at = NULL, result = NULL, items = jsonb_array_length($2::jsonb), items_left = jsonb_array_length($2::jsonb),
      items_failed = 0
  WHERE id = $1
  RETURNING run_id, version_id, task_no, items
), surplus AS (
  -- Of an earlier round whose list was longer.
  DELETE FROM task_runs AS t USING expanded AS x WHERE t.run_id = x.run_id AND t.task_no = x.task_no AND t.item >= x.items
), written AS (
  INSERT INTO task_runs AS t (run_id, version_id, task_no, item, state, execution_id, execution_time, result)
  SELECT x.run_id, x.version_id, x.task_no, v.place - 1, 'QUEUED', nextval('job_executions_id_seq'), clock_timestamp(), v.item
  FROM expanded AS x CROSS JOIN jsonb_array_elements($2::jsonb) WITH ORDINALITY AS v (item, place)
  ON CONFLICT (run_id, task_no, item) DO UPDATE
  SET state = 'QUEUED', result = excluded.result, finished_at = NULL, reason = NULL, error_message = NULL,
      earlier_executions = CASE WHEN t.execution_id IS NULL THEN t.earlier_executions ELSE t.earlier_executions || t.execution_id END,
      execution_id = excluded.execution_id, execution_time = excluded.execution_time
  RETURNING t.id, t.item
)
SELECT array_agg(id ORDER BY item) AS ids FROM written`

/**
 * Makes a list task EXPANDED: one row an item, each QUEUED with an execution of its own, in two statements however many
 * there are.
 *
 * Locks: none but its own rows; the caller holds the run. Index: primary key, `task_runs_task_key`. Called by:
 * decideDueTasks.
 *
 * @param items   JSON text of the list; not empty
 * @param params  JSON text of the list of their params; null: those of the definition, for every item
 * @returns the queues in which something has become claimable; they are not notified yet
 */
export async function expandTask(
  tx: Tx,
  { id, items, params }: { id: number; items: string; params: string | null },
): Promise<string[]> {
  const { rows } = await tx.query<{ ids: Array<string | number> }>({
    name: 'expandTask',
    text: insert,
    values: [id, items],
  })
  const { rows: made } = await tx.query<{ queues: string[] }>({
    name: 'expandTask.enqueue',
    text: 'SELECT jobu_enqueue_tasks($1::bigint[], $2::jsonb) AS queues',
    values: [`{${rows[0]!.ids.join(',')}}`, params],
  })
  return made[0]!.queues
}
