import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DagFile } from './renderDag.ts'

/** Airflow runs as another user and only reads. */
const MODE = 0o644

/** The folder that Airflow reads DAG files from. Airflow never sees half a file. */
export class DagFolder {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Writes the file unless it is there as it should be. @returns whether it wrote. @throws the system's error */
  async write({ fileName, text }: DagFile): Promise<boolean> {
    const path = join(this.#path, fileName)
    if ((await readFile(path, 'utf8').catch(whenMissing)) === text) return false
    // Airflow reads no name that ends otherwise than in .py or .zip.
    const draft = join(this.#path, `.${fileName}.${randomBytes(6).toString('hex')}.tmp`)
    try {
      const file = await open(draft, 'wx', MODE)
      try {
        // The mode of open is narrowed by the process's umask.
        await file.chmod(MODE)
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    await this.#syncFolder()
    return true
  }

  /** @returns whether it was there. @throws the system's error */
  async remove(fileName: string): Promise<boolean> {
    const path = join(this.#path, fileName)
    if ((await readFile(path).catch(whenMissing)) === null) return false
    await rm(path, { force: true })
    await this.#syncFolder()
    return true
  }

  /** So that the name itself outlives a power cut. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}

function whenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
