import { createHash } from 'node:crypto'
import type { Tx } from '../../database.ts'
import { sqlState } from '../../errors.ts'
import type { Claim } from '../types.ts'
import { checkArtifactName, checkContentType, refused } from './artifactName.ts'
import { ARTIFACT_COLUMNS, type ArtifactRow } from './artifactRows.ts'

/** A row of content: small enough to be written and read one by one, large enough to be few. */
export const CHUNK_BYTES = 256 * 1024
const UNIQUE_VIOLATION = '23505'

export interface NewArtifact extends Claim {
  taskRunId: number | null
  name: string
  contentType: string
}

/**
 * Writes a file of an attempt as it comes, in chunks; nobody sees it before it is whole. When it cannot be finished,
 * nothing of it stays; what a process leaves that dies meanwhile is swept by `pruneArtifacts`.
 *
 * Not one transaction, which would hold back the vacuum for as long as the file takes.
 *
 * Locks: its own rows. Index: primary keys, `artifacts_name_key`. Called by: ctx.artifacts.
 *
 * @param tx  a pool: a transaction that rolls back would take the file along
 * @throws JobuError ARTIFACT_REFUSED for a name that is unsafe or taken, or more than `maxBytes`; what `content` throws
 */
export async function putArtifact(
  tx: Tx,
  artifact: NewArtifact,
  content: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal },
): Promise<ArtifactRow> {
  const { name } = artifact
  checkArtifactName(name)
  checkContentType(artifact.contentType)
  const id = await begin(tx, artifact)
  try {
    const hash = createHash('sha256')
    let size = 0
    let no = 0
    for await (const chunk of chunksOf(content)) {
      signal?.throwIfAborted()
      size += chunk.length
      if (size > maxBytes) {
        throw refused('size', `artifact "${name}" has more than ${maxBytes} bytes, the most that is allowed`)
      }
      hash.update(chunk)
      await tx.query({
        name: 'putArtifactChunk',
        text: 'INSERT INTO artifact_chunks (artifact_id, no, data) VALUES ($1, $2, $3)',
        values: [id, no++, chunk],
      })
    }
    const { rows } = await tx.query<ArtifactRow>(
      `UPDATE artifacts AS a SET size_bytes = $2, sha256 = $3, finished_at = clock_timestamp() WHERE id = $1
       RETURNING ${ARTIFACT_COLUMNS}`,
      [id, size, hash.digest('hex')],
    )
    if (rows.length === 0) throw refused('name', `artifact "${name}" was deleted while it was written`)
    return rows[0]!
  } catch (error) {
    // What cannot be deleted now is swept later; the error that counts is the first.
    await tx.query('DELETE FROM artifacts WHERE id = $1', [id]).catch(() => {})
    throw error
  }
}

async function begin(tx: Tx, artifact: NewArtifact): Promise<number> {
  const { id, scheduledTime, attempt, taskRunId, name, contentType } = artifact
  try {
    const { rows } = await tx.query<{ id: number }>(
      `INSERT INTO artifacts (execution_id, scheduled_time, attempt, task_run_id, run_id, name, content_type)
       VALUES ($1, $2, $3, $4, (SELECT run_id FROM task_runs WHERE id = $4), $5, $6) RETURNING id`,
      [id, scheduledTime, attempt, taskRunId, name, contentType],
    )
    return rows[0]!.id
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error
    throw refused('name', `artifact "${name}" exists already in this attempt`, error)
  }
}

/** The same bytes in pieces of CHUNK_BYTES, the last one shorter. */
async function* chunksOf(
  content: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Buffer> {
  let pending: Buffer[] = []
  let size = 0
  for await (const piece of content) {
    let rest =
      typeof piece === 'string'
        ? Buffer.from(piece)
        : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    while (size + rest.length >= CHUNK_BYTES) {
      yield Buffer.concat([...pending, rest.subarray(0, CHUNK_BYTES - size)])
      rest = rest.subarray(CHUNK_BYTES - size)
      pending = []
      size = 0
    }
    // A copy: who gives the pieces may use their memory again.
    if (rest.length > 0) pending.push(Buffer.from(rest))
    size += rest.length
  }
  if (size > 0) yield Buffer.concat(pending)
}
