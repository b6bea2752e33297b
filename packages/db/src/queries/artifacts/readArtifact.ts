import type { Tx } from '../../database.ts'
import { JobuError } from '../../errors.ts'

/**
 * The content of an artifact, a chunk at a time: one statement each, so that a slow reader holds no connection.
 *
 * Index: primary key. Called by: ctx.artifacts, admin's download.
 *
 * @throws JobuError ARTIFACT_NOT_FOUND where it was deleted meanwhile
 */
export async function* readArtifact(
  tx: Tx,
  { id, sizeBytes }: { id: number; sizeBytes: number },
): AsyncGenerator<Buffer> {
  let read = 0
  for (let no = 0; read < sizeBytes; no++) {
    const { rows } = await tx.query<{ data: Buffer }>({
      name: 'readArtifactChunk',
      text: 'SELECT data FROM artifact_chunks WHERE artifact_id = $1 AND no = $2',
      values: [id, no],
    })
    if (rows.length === 0) throw new JobuError('ARTIFACT_NOT_FOUND', `Artifact with id ${id} not found`)
    read += rows[0]!.data.length
    yield rows[0]!.data
  }
}
