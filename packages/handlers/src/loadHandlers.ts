import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as database from '@jobu/db'
import * as zod from 'zod'
import type { ScriptConfig } from './builtin/script.ts'
import type { Handler } from './defineHandler.ts'
import { HandlerPathError } from './errors.ts'
import { HandlerRegistry } from './HandlerRegistry.ts'

const HANDLER_FILE = /^(?!\.)(?!.*\.d\.[cm]?ts$)(?!.*\.test\.[^.]+$).*\.(?:ts|mts|js|mjs|cjs)$/
const BUILTIN_FOLDER = fileURLToPath(new URL('./builtin/', import.meta.url))

export interface LoadHandlersOptions {
  /** Whether the built-in handlers are registered, default true. */
  builtin?: boolean
  /** `shell` is registered only where the configuration allows it. */
  shell?: { enabled: boolean }
  /** So is `script`, which also takes the rest of it. */
  script?: ScriptConfig & { enabled: boolean }
  /** The users' folders, absolute or relative to the working directory. */
  paths?: string[]
  /** Where compiled TypeScript is kept between starts. Default: nowhere; a shared folder would let others put code there. */
  cacheDir?: string
  /** How long one file may take to import, default 30 s: one that awaits for ever must not stop the others. */
  importTimeoutMs?: number
}

export interface HandlerLoadFailure {
  file: string
  /** One line. */
  error: string
}

/**
 * Makes the registry of a worker: the built-in handlers, then every export of the users' files that has a
 * handler's shape. Files are found by themselves: those of the folder, and the `index` file of each subfolder.
 *
 * A file that cannot be used is reported and the others load; of a file with several handlers the good ones do.
 *
 * @throws HandlerPathError when a users' folder cannot be read
 */
export async function loadHandlers({
  builtin = true,
  shell = { enabled: false },
  script,
  paths = [],
  cacheDir,
  importTimeoutMs = 30_000,
}: LoadHandlersOptions = {}): Promise<{ registry: HandlerRegistry; failures: HandlerLoadFailure[] }> {
  const registry = new HandlerRegistry()
  const failures: HandlerLoadFailure[] = []
  if (builtin) {
    for (const file of await handlerFiles(BUILTIN_FOLDER)) {
      for (const handler of candidates(await import(pathToFileURL(file).href))) {
        if (handler.name !== 'shell' || shell.enabled) registry.register(handler, 'builtin')
      }
    }
    if (script?.enabled) {
      const { scriptHandler } = await import('./builtin/script.ts')
      registry.register(scriptHandler(script), 'builtin')
    }
  }
  const folders = await Promise.all(paths.map((path) => handlerFiles(resolve(path))))
  if (folders.every((files) => files.length === 0)) return { registry, failures }

  // The very modules of this process, so that a user's file shares their state, such as the transaction that
  // getConnection finds. Loaded here, because index.ts itself re-exports this file.
  const handlers = await import('./index.ts')
  // Only now: a compiler is a lot to hold for a worker that serves the built-in handlers alone.
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, {
    fsCache: cacheDir ?? false,
    virtualModules: { '@jobu/handlers': handlers, '@jobu/db': database, zod, 'zod/v4': zod },
  })
  for (const file of new Set(folders.flat())) {
    try {
      const found = candidates(await within(importTimeoutMs, jiti.import(file)))
      if (found.length === 0) throw new Error('exports no handler: an object with a name and a run function')
      for (const handler of found) {
        try {
          registry.register(handler, file)
        } catch (error) {
          failures.push({ file, error: oneLine(error) })
        }
      }
    } catch (error) {
      failures.push({ file, error: oneLine(error) })
    }
  }
  return { registry, failures }
}

async function handlerFiles(folder: string): Promise<string[]> {
  let names: string[]
  try {
    names = (await readdir(folder)).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'ENOTDIR'
          ? 'is not a folder'
          : `cannot be read (${code})`
    throw new HandlerPathError(folder, `handlers folder ${folder} ${why}`, { cause: error })
  }
  const files: string[] = []
  for (const name of names) {
    if (name.startsWith('.') || name === 'node_modules') continue
    const path = join(folder, name)
    // stat follows links: a mounted ConfigMap is a folder of links.
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (!isFolder && HANDLER_FILE.test(name)) files.push(path)
    if (isFolder) {
      const inner = (await readdir(path)).filter((file) => HANDLER_FILE.test(file)).sort()
      files.push(
        ...inner.filter((file) => basename(file).startsWith('index.')).map((file) => join(path, file)),
      )
    }
  }
  return files
}

/** Exports that have a handler's shape, or mean to: a wrong one is to be reported, not passed over. */
function candidates(module: unknown): Handler[] {
  const exported = module as Record<string, unknown>
  // The module itself: `module.exports = { name, run }`, or `export const name` beside `export function run`.
  const values = [exported, ...Object.values(exported)]
  const found = values.filter(
    (value) =>
      typeof value === 'object' && value !== null && 'name' in value && ('run' in value || 'params' in value),
  )
  return [...new Set(found)] as Handler[]
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`import did not finish within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The message without the require stack that Node adds; by shape, since anything can be thrown. */
function oneLine(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message ?? error
  return String(message).split('\nRequire stack:')[0]!.replace(/\s+/g, ' ').trim()
}
