import type { Readable } from 'node:stream'

/** A file that an attempt of an execution left. */
export interface Artifact {
  id: number
  executionId: number
  attempt: number
  /** Of the task of a schedule's run that left it. */
  taskKey: string | null
  /** A relative path of at most 255 bytes: `report.xlsx`, `2026/report.xlsx`. */
  name: string
  contentType: string
  sizeBytes: number
  /** Hexadecimal. */
  sha256: string
  createdAt: Date
}

export type ArtifactContent = string | Uint8Array | AsyncIterable<string | Uint8Array>

/** One that is known, or one of an earlier task of this run. */
export type ArtifactReference = Pick<Artifact, 'id' | 'sizeBytes'> | { task: string; name: string }

/**
 * The files of an execution, kept in the database until it is deleted or past retention. Written to the end or not at all,
 * apart from any transaction of the handler.
 */
export interface HandlerArtifacts {
  /**
   * @param content      a stream is read as it is stored, so it may be larger than the memory
   * @param contentType  default: by the name
   * @throws JobuError ARTIFACT_REFUSED for a name that is unsafe or that this attempt used, and what is too large or too many
   */
  write(name: string, content: ArtifactContent, options?: { contentType?: string }): Promise<Artifact>
  writeFile(name: string, path: string, options?: { contentType?: string }): Promise<Artifact>
  /** What this attempt has written. */
  list(): Promise<Artifact[]>
  /**
   * What earlier tasks of this run left, of each only what the attempt that succeeded wrote; nothing where this is no task.
   *
   * @param taskKey  only that task's; of a `for_each` those of all its items
   */
  of(taskKey?: string): Promise<Artifact[]>
  /** The stream fails with ARTIFACT_NOT_FOUND where there is none, or several items of the task have one of the name. */
  read(artifact: ArtifactReference): Readable
  toFile(artifact: ArtifactReference, path: string): Promise<void>
}
