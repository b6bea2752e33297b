import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'
import { ARTIFACT_COLUMNS, type ArtifactRow } from './artifactRows.ts'

/** @throws JobuError ARTIFACT_NOT_FOUND, also for one that is not whole yet */
export async function getArtifact(tx: Tx, id: number): Promise<ArtifactRow> {
  const { rows } = await tx.query<ArtifactRow>(
    `SELECT ${ARTIFACT_COLUMNS} FROM artifacts AS a WHERE a.id = $1 AND a.finished_at IS NOT NULL`,
    [id],
  )
  if (rows.length === 0) throw new JobuError('ARTIFACT_NOT_FOUND', `Artifact with id ${id} not found`)
  return rows[0]!
}

/**
 * What the attempts of an execution left, or one attempt, in the order of attempts and names. Index: `artifacts_name_key`.
 */
export async function listArtifactsOfExecution(
  tx: Tx,
  executionId: number,
  attempt: number | null = null,
): Promise<ArtifactRow[]> {
  const { rows } = await tx.query<ArtifactRow>(
    `SELECT ${ARTIFACT_COLUMNS} FROM artifacts AS a
     WHERE a.execution_id = $1 AND ($2::integer IS NULL OR a.attempt = $2) AND a.finished_at IS NOT NULL
     ORDER BY a.attempt, a.name, a.id`,
    [executionId, attempt],
  )
  return rows
}

/**
 * What a run's executions left, those that failed and those before a rerun included: in the order in which they were
 * begun. Index: `artifacts_run_idx`.
 *
 * @throws JobuError RUN_NOT_FOUND where the schedule has no such run
 */
export async function listArtifactsOfRun(
  tx: Tx,
  { scheduleId, runId }: { scheduleId: number; runId: number },
  page: { limit: number | null; offset: number } = { limit: null, offset: 0 },
): Promise<{ rows: ArtifactRow[]; total: number }> {
  const { rows: found } = await tx.query<{ total: number }>(
    `SELECT (SELECT count(*) FROM artifacts AS a WHERE a.run_id = r.id AND a.finished_at IS NOT NULL)::integer AS total
     FROM schedule_runs AS r WHERE r.id = $1 AND r.schedule_id = $2`,
    [runId, scheduleId],
  )
  if (found.length === 0) {
    throw new JobuError('RUN_NOT_FOUND', `Schedule ${scheduleId} has no run with id ${runId}`)
  }
  const { rows } = await tx.query<ArtifactRow>(
    `SELECT ${ARTIFACT_COLUMNS} FROM artifacts AS a WHERE a.run_id = $1 AND a.finished_at IS NOT NULL
     ORDER BY a.id LIMIT $2 OFFSET $3`,
    [runId, page.limit, page.offset],
  )
  return { rows, total: found[0]!.total }
}
