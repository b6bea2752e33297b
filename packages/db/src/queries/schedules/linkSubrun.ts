import type { Tx } from '../../database.ts'

/**
 * Makes a decided task SUBRUN: it ends as the run of another schedule does.
 *
 * Locks: none but its own row; the caller holds its run. Index: primary key. Called by: decideDueTasks.
 */
export async function linkSubrun(tx: Tx, id: number, childRunId: number): Promise<void> {
  await tx.query({
    name: 'linkSubrun',
    text: `UPDATE task_runs SET state = 'SUBRUN', child_run_id = $2, attention_at = NULL, result = NULL WHERE id = $1`,
    values: [id, childRunId],
  })
}
