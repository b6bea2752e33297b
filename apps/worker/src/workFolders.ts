import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@jobu/runtime'

/** Names an attempt. */
interface Attempt {
  id: number
  attempt: number
}

/** When this process began, in seconds: one that got the id of a process that is gone began at another time. */
const PROCESS_STARTED_AT = Math.round(performance.timeOrigin / 1000)
const OURS = 0o700

/** The folder of one worker, in which each attempt that asks for one gets its own. */
export class WorkFolders {
  readonly #root: string
  /** `<worker id>.<process id>.<begin of the process>` */
  readonly #folder: string
  readonly #logger: Logger
  readonly #made = new Map<string, Promise<string>>()

  /** @param root  null: `jobu` in the system's folder for temporary files. Not to be shared with other machines. */
  constructor(root: string | null, workerId: string, logger: Logger) {
    this.#root = root ?? join(tmpdir(), 'jobu')
    this.#folder = join(this.#root, `${workerId}.${process.pid}.${PROCESS_STARTED_AT}`)
    this.#logger = logger
  }

  /** Most executions ask for none, and need not wait for a look. */
  get areUsed(): boolean {
    return this.#made.size > 0
  }

  /** Where an attempt's folder is once there is one. */
  pathOf({ id, attempt }: Attempt): string {
    return join(this.#folder, `${id}-${attempt}`)
  }

  make(attempt: Attempt): Promise<string> {
    const path = this.pathOf(attempt)
    const made = this.#made.get(path) ?? makeWorkFolder(path)
    this.#made.set(path, made)
    return made
  }

  /** An isolated process may make it for itself. @returns where */
  expect(attempt: Attempt): string {
    const path = this.pathOf(attempt)
    this.#made.set(path, Promise.resolve(path))
    return path
  }

  /** Once the attempt's handler has ended, whatever became of it. */
  async release(attempt: Attempt): Promise<void> {
    const path = this.pathOf(attempt)
    const made = this.#made.get(path)
    if (!made) return
    await made.catch(() => {})
    this.#made.delete(path)
    await this.#remove(path)
  }

  /** Removes what workers of this machine left whose processes are gone. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.#root).catch(() => [])) {
      if (!isLeftOver(name)) continue
      this.#logger.info('working folders of a worker that is gone', { folder: name })
      await this.#remove(join(this.#root, name))
    }
  }

  /** When the worker has stopped: also what is held by handlers that have not. */
  async close(): Promise<void> {
    await this.#remove(this.#folder)
  }

  async #remove(path: string): Promise<void> {
    await remove(path).catch((error) => this.#logger.warn('working folder not removed', { path, error }))
  }
}

/**
 * Makes the folder of an attempt, and those above it. The one above them may be in a folder that everybody can write, so
 * it has to be ours: whoever owned it could put another folder in the place of this one.
 *
 * @throws Error where it belongs to another user
 */
export async function makeWorkFolder(path: string): Promise<string> {
  const root = join(path, '../..')
  await mkdir(root, { recursive: true, mode: OURS })
  const { uid } = await lstat(root)
  if (process.getuid && uid !== process.getuid()) {
    throw new Error(`work_path ${root} belongs to another user: configure another one`)
  }
  await mkdir(path, { recursive: true, mode: OURS })
  return path
}

function isLeftOver(name: string): boolean {
  const found = /^worker-(.+)-[0-9a-f]{8}\.(\d+)\.(\d+)$/.exec(name)
  if (found?.[1] !== hostname()) return false
  const pid = Number(found[2])
  // The id is ours, so the process that had it before is gone, as after the restart of a container.
  if (pid === process.pid) return Number(found[3]) !== PROCESS_STARTED_AT
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** With all that is in it, also where that is write-protected, as some package managers leave what they fetched. */
async function remove(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }
  try {
    await rm(path, options)
  } catch {
    await makeWritable(path)
    await rm(path, options)
  }
}

async function makeWritable(folder: string): Promise<void> {
  if (!(await lstat(folder)).isDirectory()) return
  await chmod(folder, OURS)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name))
  }
}
