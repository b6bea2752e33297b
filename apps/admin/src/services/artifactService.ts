import {
  type ArtifactRow,
  type Database,
  getArtifact,
  getExecution,
  listArtifactsOfExecution,
  listArtifactsOfRun,
  readArtifact,
} from '@jobu/db'
import type { ArtifactPageQuery } from '../schemas/artifact.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'

/** The files that executions left. */
export class ArtifactService {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Of all attempts. @throws JobuError JOB_NOT_FOUND */
  async ofJob(id: number) {
    await getExecution(this.#database, id)
    return { items: (await listArtifactsOfExecution(this.#database, id)).map(artifactView) }
  }

  /** @throws JobuError RUN_NOT_FOUND */
  async ofRun(scheduleId: number, runId: number, query: ArtifactPageQuery) {
    const page = pageOf(query)
    const { rows, total } = await listArtifactsOfRun(this.#database, { scheduleId, runId }, page)
    return pageBody(rows.map(artifactView), total, page)
  }

  /** @throws JobuError ARTIFACT_NOT_FOUND */
  async get(id: number) {
    return artifactView(await getArtifact(this.#database, id))
  }

  /** @throws JobuError ARTIFACT_NOT_FOUND */
  async open(id: number): Promise<{ artifact: ArtifactRow; content: AsyncIterable<Buffer> }> {
    const artifact = await getArtifact(this.#database, id)
    return { artifact, content: readArtifact(this.#database, artifact) }
  }
}

/** An artifact as the API shows it. */
export function artifactView(row: ArtifactRow) {
  return {
    id: row.id,
    execution_id: row.executionId,
    attempt: row.attempt,
    task_key: row.taskKey,
    name: row.name,
    content_type: row.contentType,
    size_bytes: row.sizeBytes,
    sha256: row.sha256,
    created_at: row.createdAt,
  }
}
