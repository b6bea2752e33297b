import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findSecrets, HandlerParamsError, resolveSecrets } from '@jobu/handlers'
import type { Logger } from '@jobu/runtime'
import type { WorkerConfig } from './config.ts'
import { MIN_MASKED_LENGTH } from './secretMask.ts'

const MAX_FILE_BYTES = 65_536

/** A secret that params name and this worker does not have. */
export class SecretNotFound extends Error {
  override name = 'SecretNotFound'
}

/**
 * Where a worker finds the values of `{"$secret": "NAME"}`: the environment, then a folder of files. They are read anew
 * for each attempt, so a file that is replaced counts from the next one on.
 */
export class SecretStore {
  readonly #config: WorkerConfig['secrets']
  readonly #environment: Readonly<Record<string, string | undefined>>
  readonly #logger: Logger
  readonly #saidTooShort = new Set<string>()

  constructor(
    config: WorkerConfig['secrets'],
    environment: Readonly<Record<string, string | undefined>>,
    logger: Logger,
  ) {
    this.#config = config
    this.#environment = environment
    this.#logger = logger
  }

  /**
   * @returns params with every reference replaced, and the values that stand in them now
   * @throws SecretNotFound naming the secret; HandlerParamsError for what is no reference and looks like one
   */
  async resolve(handlerName: string, params: unknown): Promise<{ params: unknown; values: string[] }> {
    const { references, faults } = findSecrets(params)
    if (faults.length > 0) {
      const problems = faults.map(({ path, message }) => ({
        path: path.map(String).join('.') || '(params)',
        message,
        received: 'object',
      }))
      const fields = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
      throw new HandlerParamsError(`params of handler "${handlerName}" are invalid: ${fields}`, problems)
    }
    const values = new Map<string, string>()
    for (const { name } of references) {
      if (!values.has(name)) values.set(name, await this.#read(name))
    }
    return { params: resolveSecrets(params, (name) => values.get(name)!), values: [...values.values()] }
  }

  async #read(name: string): Promise<string> {
    const { env_prefix: prefix, dir } = this.#config
    const variable = prefix === null ? undefined : `${prefix}${name}`
    const file = dir === null ? undefined : join(dir, name)
    const value =
      (variable && this.#environment[variable]) || (file && (await this.#readFile(name, file))) || undefined
    if (value === undefined) {
      const places = [variable && `environment variable ${variable}`, file && `file ${file}`].filter(Boolean)
      const where =
        places.length > 0 ? `this worker has no ${places.join(' and no ')}` : 'this worker has none'
      throw new SecretNotFound(`secret "${name}" not found: ${where}`)
    }
    if (value.length < MIN_MASKED_LENGTH && !this.#saidTooShort.has(name)) {
      this.#saidTooShort.add(name)
      this.#logger.warn('secret is too short to be masked', { name, minimum: MIN_MASKED_LENGTH })
    }
    return value
  }

  /** Undefined where there is none, or an empty one; without the line end that editors and `echo` leave. */
  async #readFile(name: string, file: string): Promise<string | undefined> {
    try {
      // Looked at first: reading a pipe would wait for ever.
      const found = await stat(file)
      if (!found.isFile()) throw new Error('it is not a file')
      if (found.size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`)
      return (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new SecretNotFound(`secret "${name}" cannot be read from ${file}: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }
}
