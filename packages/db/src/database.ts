import { AsyncLocalStorage } from 'node:async_hooks'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { countErrorsOf, DatabaseCounters, type DatabaseStats } from './databaseStats.ts'
import { drizzle } from './drizzle.ts'
import { isRetryableTransaction, JobuError } from './errors.ts'
import * as schema from './schema/index.ts'

export interface QueryResult<R> {
  rows: R[]
  rowCount: number | null
  /** The columns, with the types' ids in pg_type. */
  fields: Array<{ name: string; dataTypeID: number }>
}

export interface Query {
  /** Prepared once per connection under this name. */
  name?: string
  text: string
  values?: unknown[]
  /** Rows as arrays: of columns that share a name an object keeps one. */
  rowMode?: 'array'
  /** How values are read; default: as the connection does. */
  types?: { getTypeParser(oid: number): (text: string) => unknown }
}

/** What runs SQL: a transaction, or a pool where each statement is its own. */
export interface Connection {
  query<R = Record<string, unknown>>(query: string | Query, values?: unknown[]): Promise<QueryResult<R>>
  /** Drizzle on the same connection. */
  readonly db: NodePgDatabase<typeof schema>
}

/** An open transaction, or any other connection: engine statements are whole in themselves. */
export type Tx = Connection

export interface DatabaseConfig {
  url?: string | undefined
  host?: string | undefined
  port?: number | undefined
  database?: string | undefined
  user?: string | undefined
  password?: string | undefined
  pool?: { min_size?: number | undefined; max_size?: number | undefined } | undefined
  options?: Record<string, unknown> | undefined
}

export interface DatabaseOptions {
  /** Shown in pg_stat_activity. */
  applicationName?: string
  /** At most so many connections; default the configuration's `pool.max_size`, or 10. */
  maxConnections?: number
  /**
   * For the engine's own statements: bigint arrives as a number, and plans are generic and follow the index.
   * Without it everything is as pg has it, which is what handlers expect.
   */
  engine?: boolean
}

export interface TransactionOptions {
  /** Names the transaction in errors. */
  label: string
  readonly?: boolean
  /** Every statement sees the database as it was at the first one. */
  snapshot?: boolean
  /** Ends in PREPARE TRANSACTION under this name instead of COMMIT; such a part is not tried again by itself. */
  prepareAs?: string
}

/** How often a transaction is tried when the server reports a conflict with another one. */
const MAX_TRANSACTION_TRIES = 6
const RETRY_PAUSE_MS = 15

interface OpenTransaction extends Connection {
  isReadonly: boolean
  /** Code it left behind without await must not reach the connection, which serves others by then. */
  hasEnded: boolean
  /** Set when a joined call failed: the work is incomplete, so the whole must not commit. */
  rollbackCause?: unknown
  afterCommit: Array<() => void | Promise<void>>
}

// Claims must walk the ready index in its order however large the backlog, and batches must find their rows by key;
// with the statistics of a table that was empty a minute ago the planner prefers to fetch everything and sort it, or to
// keep a copy of the partition and look through that for every row.
const ENGINE_SETTINGS = [
  'plan_cache_mode=force_generic_plan',
  'enable_sort=off',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_material=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
]

const INT8_OID = 20
const TIMESTAMPTZ_OID = 1184

const parseTimestamptz = pg.types.getTypeParser(TIMESTAMPTZ_OID) as (text: string) => Date

// The session's zone is UTC, so the text is ISO but for the blank and the short offset: an order faster to parse.
// The rows of a batch mostly share their instants.
let lastText = ''
let lastTime = 0
function parseUtc(text: string): Date {
  if (text !== lastText) {
    const isUtc = text.endsWith('+00')
    lastTime = isUtc
      ? Date.parse(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
      : parseTimestamptz(text).getTime()
    lastText = text
  }
  return new Date(lastTime)
}

const engineTypes = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8_OID) return Number
    if (oid === TIMESTAMPTZ_OID) return parseUtc
    return pg.types.getTypeParser(oid, format as 'text')
  },
} as pg.CustomTypesConfig

/** The driver's settings for a configured database; also for connections outside the pool (LISTEN). */
export function clientConfig(config: DatabaseConfig, options: DatabaseOptions = {}): pg.ClientConfig {
  const settings = ['TimeZone=UTC', ...(options.engine ? ENGINE_SETTINGS : [])]
  return {
    ...(config.url
      ? { connectionString: config.url }
      : {
          host: config.host,
          port: config.port,
          database: config.database,
          user: config.user,
          password: config.password,
        }),
    ...config.options,
    application_name: options.applicationName ?? 'jobu',
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    ...(options.engine ? { types: engineTypes } : {}),
  }
}

/** One PostgreSQL database: a pool, and the transactions opened on it. */
export class Database implements Connection {
  readonly db: NodePgDatabase<typeof schema>
  readonly #pool: pg.Pool
  readonly #open = new AsyncLocalStorage<OpenTransaction>()
  readonly #counters = new DatabaseCounters()

  constructor(config: DatabaseConfig, options: DatabaseOptions = {}) {
    this.#pool = new pg.Pool({
      ...clientConfig(config, options),
      max: options.maxConnections ?? config.pool?.max_size ?? 10,
      min: config.pool?.min_size ?? 0,
      // The engine's connections carry its plans: one that is closed after half a minute of quiet makes the next slot late.
      idleTimeoutMillis: options.engine ? 0 : 30_000,
    })
    // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
    this.#pool.on('error', (error) => this.#counters.countError(error))
    // So would one that breaks as it is handed out, before anybody could listen: one chunk can hold the end of the
    // statement before and the server's goodbye. Its next statement fails and tells.
    this.#pool.on('connect', (client) => client.on('error', () => {}))
    countErrorsOf(this.#pool, this.#counters)
    this.db = drizzle(this.#pool, { schema })
  }

  /** The transaction this code runs in, or the pool. */
  get current(): Connection {
    return this.#transaction ?? this
  }

  get #transaction(): OpenTransaction | undefined {
    const open = this.#open.getStore()
    return open?.hasEnded ? undefined : open
  }

  async query<R = Record<string, unknown>>(
    query: string | Query,
    values?: unknown[],
  ): Promise<QueryResult<R>> {
    const result = await this.#pool.query(query as string, values as unknown[])
    return result as unknown as QueryResult<R>
  }

  /**
   * Runs `fn` in a transaction and commits it. A call inside another one joins it, and then commits with it.
   * `fn` may run several times: after a serialization failure or a deadlock it is tried again from the start.
   */
  async transactional<T>(options: TransactionOptions, fn: (tx: Connection) => Promise<T>): Promise<T> {
    const outer = this.#transaction
    if (outer) return this.#join(outer, options, fn)
    for (let attempt = 1; ; attempt++) {
      let committed: { value: T; afterCommit: OpenTransaction['afterCommit'] }
      try {
        committed = await this.#run(options, fn)
      } catch (error) {
        this.#counters.countError(error)
        const isFinal = options.prepareAs !== undefined || attempt === MAX_TRANSACTION_TRIES
        if (isFinal || !isRetryableTransaction(error)) throw error
        this.#counters.countRetry(options.label)
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS * attempt * (1 + Math.random())))
        continue
      }
      // Out here: a callback that fails must not run what is committed again, and may need the connection itself.
      for (const callback of committed.afterCommit) await callback()
      return committed.value
    }
  }

  /** Runs `callback` once the current transaction has committed; at once where there is none. */
  async afterCommit(callback: () => void | Promise<void>): Promise<void> {
    const open = this.#transaction
    if (open) open.afterCommit.push(callback)
    else await callback()
  }

  /** The pool at this moment, and what went wrong on it so far. */
  stats(): DatabaseStats {
    const { totalCount, idleCount, waitingCount, options } = this.#pool
    const { errors, retries } = this.#counters
    return {
      connections: totalCount,
      idle: idleCount,
      waiting: waitingCount,
      max: options.max,
      errors,
      retries,
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  async #join<T>(
    outer: OpenTransaction,
    options: TransactionOptions,
    fn: (tx: Connection) => Promise<T>,
  ): Promise<T> {
    if (outer.isReadonly && !options.readonly) {
      throw new JobuError(
        'TRANSACTION_READONLY',
        `${options.label} writes, but runs inside a read-only transaction`,
      )
    }
    try {
      return await fn(outer)
    } catch (error) {
      outer.rollbackCause = error
      throw error
    }
  }

  async #run<T>(
    options: TransactionOptions,
    fn: (tx: Connection) => Promise<T>,
  ): Promise<{ value: T; afterCommit: OpenTransaction['afterCommit'] }> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    const tx: OpenTransaction = {
      query: async <R>(query: string | Query, values?: unknown[]) => {
        if (tx.hasEnded) throw new Error(`${options.label} has ended; a statement of it was not awaited`)
        return (await client.query(query as string, values as unknown[])) as unknown as QueryResult<R>
      },
      db: drizzle(client, { schema }) as unknown as NodePgDatabase<typeof schema>,
      isReadonly: options.readonly === true,
      hasEnded: false,
      afterCommit: [],
    }
    try {
      await client.query(
        `BEGIN${options.snapshot ? ' ISOLATION LEVEL REPEATABLE READ' : ''}${options.readonly ? ' READ ONLY' : ''}`,
      )
      const value = await this.#open.run(tx, () => fn(tx))
      if (tx.rollbackCause !== undefined) {
        throw new JobuError(
          'TRANSACTION_ROLLED_BACK',
          `${options.label} was rolled back: a call that joined it failed`,
          {
            cause: tx.rollbackCause,
          },
        )
      }
      const { command } = await client.query(
        options.prepareAs ? `PREPARE TRANSACTION ${pg.escapeLiteral(options.prepareAs)}` : 'COMMIT',
      )
      // The server answers so, and without an error, when a statement had failed and its error was swallowed.
      if (command === 'ROLLBACK') {
        throw new JobuError(
          'TRANSACTION_ROLLED_BACK',
          `${options.label} was rolled back: a statement in it failed`,
        )
      }
      return { value, afterCommit: tx.afterCommit }
    } catch (error) {
      // A connection that cannot even roll back is thrown away; the server then rolls back by itself.
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      tx.hasEnded = true
      client.off('error', onError)
      client.release(broken)
    }
  }
}
