import { type Connection, Database, type DatabaseConfig, type DatabaseOptions } from './database.ts'
import { JobuError } from './errors.ts'

/** The databases a process knows by name; `default` is jobu's own. */
export class Databases {
  readonly #databases = new Map<string, Database>()

  constructor(configs: Record<string, DatabaseConfig>, options: DatabaseOptions = {}) {
    for (const [name, config] of Object.entries(configs)) {
      this.#databases.set(name, new Database(config, options))
    }
  }

  /** @throws JobuError DATABASE_UNKNOWN, naming those that are configured */
  get(name = 'default'): Database {
    return this.#databases.get(name) ?? unknownDatabase(name, this.names())
  }

  names(): string[] {
    return [...this.#databases.keys()]
  }

  async close(): Promise<void> {
    await Promise.all([...this.#databases.values()].map((database) => database.close()))
  }
}

/** @throws JobuError DATABASE_UNKNOWN, naming those that are configured */
export function databaseConfigNamed(configs: Record<string, DatabaseConfig>, name: string): DatabaseConfig {
  return configs[name] ?? unknownDatabase(name, Object.keys(configs))
}

function unknownDatabase(name: string, known: string[]): never {
  throw new JobuError(
    'DATABASE_UNKNOWN',
    `Database "${name}" is not configured; config/database.yaml has: ${known.join(', ') || 'none'}`,
    { details: [{ field: 'database', message: 'unknown database', received: name }] },
  )
}

let installed: Databases | undefined

/** Makes `databases` the ones that `getConnection` and `transactional` use in this process. */
export function installDatabases(databases: Databases): void {
  installed = databases
}

/** @throws JobuError DATABASE_UNKNOWN before `installDatabases` */
export function getDatabases(): Databases {
  if (!installed) throw new JobuError('DATABASE_UNKNOWN', 'No databases are open in this process')
  return installed
}

/** The connection of the transaction this code runs in, or, outside of one, the pool. */
export function getConnection(name = 'default'): Connection {
  return getDatabases().get(name).current
}
