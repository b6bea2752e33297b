import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Artifact, HandlerArtifacts } from '../../src/index.ts'

/** Artifacts in memory: what the handler writes, and what earlier tasks left, as `task` and name. */
export function memoryArtifacts(earlier: Array<[task: string, name: string, content: string | Buffer]> = []) {
  const contents = new Map<number, Buffer>()
  const written: Artifact[] = []
  const keep = (taskKey: string | null, name: string, content: Buffer, contentType = 'text/plain') => {
    const id = contents.size + 1
    contents.set(id, content)
    const sha256 = createHash('sha256').update(content).digest('hex')
    return {
      id,
      executionId: 1,
      attempt: 1,
      taskKey,
      name,
      contentType,
      sizeBytes: content.length,
      sha256,
      createdAt: new Date(),
    }
  }
  const before = earlier.map(([task, name, content]) => keep(task, name, Buffer.from(content)))
  const artifacts: HandlerArtifacts = {
    async write(name, content, options = {}) {
      const chunks: Buffer[] = []
      const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content
      for await (const piece of pieces) chunks.push(Buffer.from(piece))
      const artifact = keep(null, name, Buffer.concat(chunks), options.contentType)
      written.push(artifact)
      return artifact
    },
    writeFile: async (name, path, options) => artifacts.write(name, await readFile(path), options),
    list: async () => written,
    of: async (task) => before.filter(({ taskKey }) => task === undefined || taskKey === task),
    read: (artifact) => Readable.from([contents.get((artifact as Artifact).id)!], { objectMode: false }),
    toFile: async (artifact, path) => writeFile(path, contents.get((artifact as Artifact).id)!),
  }
  /** What was written, by name. */
  const contentOf = (name: string) => contents.get(written.find((one) => one.name === name)!.id)!
  return { artifacts, written, contentOf }
}
