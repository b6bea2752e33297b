import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type ArtifactRow,
  artifactsBefore,
  type Database,
  JobuError,
  listArtifactsOfExecution,
  putArtifact,
  readArtifact,
} from '@jobu/db'
import type { ArtifactContent, ArtifactReference, HandlerArtifacts } from '@jobu/handlers'
import mime from 'mime-types'
import type { ContextAttempt } from './handlerContext.ts'

/** Where artifacts go. */
export interface ArtifactStore {
  /** jobu's own, by connections that no handler holds: one that streams rows to an artifact would wait for itself. */
  db: Database
  maxBytes: number
  /** Of one attempt. */
  maxCount: number
}

/** The `ctx.artifacts` of a handler. */
export class ExecutionArtifacts implements HandlerArtifacts {
  readonly #store: ArtifactStore
  readonly #attempt: ContextAttempt
  #written = 0

  constructor(store: ArtifactStore, attempt: ContextAttempt) {
    this.#store = store
    this.#attempt = attempt
  }

  async write(
    name: string,
    content: ArtifactContent,
    { contentType = typeOf(name) }: { contentType?: string } = {},
  ): Promise<ArtifactRow> {
    const { db, maxBytes, maxCount } = this.#store
    const { claim, signal } = this.#attempt
    // It may fail before it is read.
    if (content instanceof Readable) content.on('error', () => {})
    signal.throwIfAborted()
    if (this.#written >= maxCount) {
      const message = `artifact "${name}" is one more than the ${maxCount} that an attempt may leave (max_artifacts)`
      throw new JobuError('ARTIFACT_REFUSED', message, { details: [{ field: 'name', message }] })
    }
    this.#written++
    try {
      const { id, scheduledTime, attempt, taskRunId } = claim
      const whole = typeof content === 'string' || content instanceof Uint8Array
      return await putArtifact(
        db,
        { id, scheduledTime, attempt, taskRunId, name, contentType },
        whole ? [content] : content,
        { maxBytes, signal },
      )
    } catch (error) {
      this.#written--
      if (content instanceof Readable) content.destroy()
      throw error
    }
  }

  async writeFile(name: string, path: string, options?: { contentType?: string }): Promise<ArtifactRow> {
    return this.write(name, contentOf(path), options)
  }

  async list(): Promise<ArtifactRow[]> {
    const { id, attempt } = this.#attempt.claim
    return listArtifactsOfExecution(this.#store.db, id, attempt)
  }

  async of(taskKey?: string): Promise<ArtifactRow[]> {
    const { taskRunId } = this.#attempt.claim
    return taskRunId === null ? [] : artifactsBefore(this.#store.db, taskRunId, taskKey ?? null)
  }

  read(artifact: ArtifactReference): Readable {
    return Readable.from(this.#chunks(artifact), { objectMode: false })
  }

  async toFile(artifact: ArtifactReference, path: string): Promise<void> {
    await pipeline(this.read(artifact), createWriteStream(path), { signal: this.#attempt.signal })
  }

  async *#chunks(artifact: ArtifactReference): AsyncGenerator<Buffer> {
    yield* readArtifact(this.#store.db, 'id' in artifact ? artifact : await this.#named(artifact))
  }

  async #named({ task, name }: { task: string; name: string }): Promise<ArtifactRow> {
    const found = (await this.of(task)).filter((one) => one.name === name)
    if (found.length === 1) return found[0]!
    const message =
      found.length === 0
        ? `Task "${task}" is not before this one, or left no artifact "${name}"`
        : `${found.length} items of task "${task}" left an artifact "${name}": choose one of ctx.artifacts.of("${task}")`
    throw new JobuError('ARTIFACT_NOT_FOUND', message)
  }
}

/** Opens the file when it is read. */
async function* contentOf(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path)
}

function typeOf(name: string): string {
  const type = mime.lookup(name) || 'application/octet-stream'
  return mime.contentType(type) || type
}
