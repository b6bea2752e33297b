import { z } from 'zod'
import { isTree, type Tree } from './configEnvironment.ts'
import { type ConfigSource, readConfig } from './loadConfig.ts'

const port = z.int().min(1).max(65_535)

const databaseSchema = z
  .object({
    /** Kind of server. */
    type: z.enum(['postgresql', 'mysql', 'mariadb', 'sqlite']).default('postgresql'),
    /** Connection URL, `postgresql://user:password@host:port/database`; stands for the five keys below. */
    url: z.string().min(1).optional(),
    host: z.string().min(1).optional(),
    port: port.optional(),
    database: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    password: z.string().optional(),
    pool: z
      .object({
        /** Connections kept open while idle. */
        min_size: z.int().min(0).default(0),
        /** Connections open at once, at most. */
        max_size: z.int().min(1).default(10),
      })
      .refine((pool) => pool.min_size <= pool.max_size, 'min_size must not exceed max_size')
      .prefault({}),
    /** Further options of the driver, as it names them. */
    options: z.record(z.string(), z.unknown()).default({}),
  })
  .superRefine((database, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (database.type !== 'postgresql') {
      refuse(['type'], 'is not supported yet, expected postgresql')
      return
    }
    if (database.url === undefined) {
      if (!database.host || !database.database) refuse([], 'expected url, or host and database')
      return
    }
    if (PARTS.some((key) => database[key] !== undefined))
      refuse([], `expected either url or ${PARTS.join(', ')}`)
    if (!/^postgres(ql)?:/.test(database.url) || !URL.canParse(database.url)) {
      refuse(
        ['url'],
        'expected postgresql://user:password@host:port/database, special characters percent-encoded',
      )
    }
  })

/** What a URL says as a whole. */
const PARTS = ['host', 'port', 'database', 'user', 'password'] as const

const schema = z.object({
  databases: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]*$/i, 'expected a name of letters, digits, _ and -'),
      databaseSchema,
    )
    .refine(
      (databases) => Object.keys(databases).length > 0,
      'expected at least databases.default; set DATABASE_URL',
    )
    .prefault({}),
})

/** One named database as written in `config/database.yaml`, defaults filled in; `url`, or `host` and `database`, is set. */
export type DatabaseConfig = Readonly<z.output<typeof databaseSchema>>

/**
 * The named databases of `<dir>/database.yaml`, by name. `DATABASE_URL` stands for `databases.default.url` and wins
 * over what the file says of the default database's place; so does `JOBU_DATABASE_DATABASES_<NAME>_URL` for any.
 *
 * @throws ConfigError as `loadConfig` does, and for a type other than postgresql
 */
export function loadDatabaseConfig(source: ConfigSource = {}): Readonly<Record<string, DatabaseConfig>> {
  const aliases = { DATABASE_URL: 'JOBU_DATABASE_DATABASES_DEFAULT_URL' }
  return readConfig('database', schema, { topKey: null, aliases, adjust: keepOnlyUrl }, source).databases
}

/** A URL from the environment replaces whatever the file says about the same database's place. */
function keepOnlyUrl(tree: Tree, origins: Map<string, string>) {
  for (const [name, entry] of Object.entries(isTree(tree.databases) ? tree.databases : {})) {
    if (!isTree(entry) || !origins.has(`databases.${name}.url`)) continue
    for (const key of PARTS) {
      if (!origins.has(`databases.${name}.${key}`)) delete entry[key]
    }
  }
}
