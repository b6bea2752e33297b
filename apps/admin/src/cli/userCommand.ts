import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { checkMigrations, Database, databaseConfigNamed, JobuError, ROLES } from '@jobu/db'
import { type ConfigSource, describeFailure, loadDatabaseConfig } from '@jobu/runtime'
import { loadAdminDatabaseName } from '../config.ts'
import type { Actor } from '../http/actor.ts'
import { parse } from '../http/parse.ts'
import { createTokenBody } from '../schemas/token.ts'
import { createUserBody, updateUserBody } from '../schemas/user.ts'
import { TokenService } from '../services/tokenService.ts'
import { UserService } from '../services/userService.ts'
import { type PasswordInput, passwordFrom } from './passwordFrom.ts'
import { table } from './table.ts'

export interface CommandIo extends PasswordInput {
  stdout: { write(text: string): unknown }
  /** Default: `process.env`. */
  env?: ConfigSource['env']
}

const USAGE = `jobu user list [--json]
jobu user create NAME --role ${ROLES.join('|')} [--generate]
jobu user set-password NAME [--generate]
jobu user enable NAME
jobu user disable NAME
jobu user delete NAME
jobu token list [--json]
jobu token create NAME --role ${ROLES.join('|')} [--expires-in-days DAYS]
jobu token revoke ID

Works on the database itself (DATABASE_URL or config/database.yaml); what runs follows within five seconds.
A password is asked for, or read from standard input; --generate makes one and prints it.
`

const OPTIONS = {
  role: { type: 'string' },
  generate: { type: 'boolean' },
  json: { type: 'boolean' },
  'expires-in-days': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** More are not shown at once. */
const MAX_LISTED = 10_000

interface Run {
  users: UserService
  tokens: TokenService
  actor: Actor
  io: CommandIo
  /** NAME or ID. */
  name: string
  options: { role?: string; generate?: boolean; json?: boolean; 'expires-in-days'?: string }
}

interface Command {
  /** Whether it is about one NAME or ID. */
  isOfOne: boolean
  run(run: Run): Promise<void>
}

const COMMANDS: Record<string, Command> = {
  'user list': {
    isOfOne: false,
    async run({ users, io, options }) {
      const { items } = await users.list({ order_by: 'name', limit: MAX_LISTED })
      const columns = ['id', 'name', 'role', 'is_enabled', 'last_sign_in_at'] as const
      io.stdout.write(options.json ? json(items) : table(items, columns))
    },
  },
  'user create': {
    isOfOne: true,
    async run({ users, actor, io, name, options }) {
      const { role } = options
      // Before somebody types a password for nothing.
      parse(createUserBody.pick({ name: true, role: true }), { name, role })
      const { password, isGenerated } = await passwordFrom(io, options.generate)
      const user = await users.create(parse(createUserBody, { name, role, password }), actor)
      io.stderr.write(`user ${user.name} created with the role ${user.role}\n`)
      if (isGenerated) io.stdout.write(`${password}\n`)
    },
  },
  'user set-password': {
    isOfOne: true,
    async run({ users, actor, io, name, options }) {
      const id = await users.idOf(name)
      const { password, isGenerated } = await passwordFrom(io, options.generate)
      const user = await users.update(id, parse(updateUserBody, { password }), actor)
      io.stderr.write(`password of ${user.name} changed; its sessions have ended\n`)
      if (user.name.toLowerCase() === 'admin') {
        io.stderr.write(
          'an admin service that has JOBU_ADMIN_PASSWORD puts that in its place when it starts\n',
        )
      }
      if (isGenerated) io.stdout.write(`${password}\n`)
    },
  },
  'user enable': { isOfOne: true, run: (run) => setEnabled(run, true) },
  'user disable': { isOfOne: true, run: (run) => setEnabled(run, false) },
  'user delete': {
    isOfOne: true,
    async run({ users, actor, io, name }) {
      await users.remove(await users.idOf(name), actor)
      io.stderr.write(`user ${name} deleted\n`)
    },
  },
  'token list': {
    isOfOne: false,
    async run({ tokens, io, options }) {
      const { items } = await tokens.list({ limit: MAX_LISTED })
      const columns = ['id', 'name', 'prefix', 'role', 'expires_at', 'last_used_at', 'revoked_at'] as const
      io.stdout.write(options.json ? json(items) : table(items, columns))
    },
  },
  'token create': {
    isOfOne: true,
    async run({ tokens, actor, io, name, options }) {
      const days = options['expires-in-days']
      const body = {
        name,
        role: options.role,
        ...(days === undefined ? {} : { expires_in_days: Number(days) }),
      }
      const { id, token } = await tokens.create(parse(createTokenBody, body), actor)
      io.stderr.write(`API token ${id} created; it is not shown again\n`)
      io.stdout.write(`${token}\n`)
    },
  },
  'token revoke': {
    isOfOne: true,
    async run({ tokens, actor, io, name }) {
      if (!/^\d{1,15}$/.test(name))
        throw new UsageError(`expected the ID of a token, as token list shows it, got ${name}`)
      await tokens.revoke(Number(name), actor)
      io.stderr.write(`API token ${name} revoked\n`)
    },
  },
}

/**
 * `jobu user ...` and `jobu token ...`, straight on the database: for the first administrator, and for lost passwords.
 * Secrets go to `io.stdout`, all words about them to `io.stderr`.
 *
 * @param args  from `user` or `token` on
 * @returns     the exit code: 0, 1 when it was refused or failed, 2 when it cannot be understood
 */
export async function runUserCommand(args: string[], io: CommandIo): Promise<number> {
  let database: Database | undefined
  try {
    const { command, name, options } = understand(args)
    if (!command) {
      io.stdout.write(USAGE)
      return 0
    }
    const source = { env: io.env ?? process.env }
    const config = databaseConfigNamed(loadDatabaseConfig(source), loadAdminDatabaseName(source))
    database = new Database(config, { engine: true, maxConnections: 1, applicationName: 'jobu-cli' })
    await checkMigrations(database)
    const [users, tokens] = [new UserService(database), new TokenService(database)]
    await command.run({ users, tokens, actor: actorOfShell(), io, name, options })
    return 0
  } catch (error) {
    const isUsage = error instanceof UsageError
    const text = error instanceof JobuError || isUsage ? error.message : describeFailure(error).text
    io.stderr.write(`jobu ${args[0] ?? ''}: ${text}\n${isUsage ? `\n${USAGE}` : ''}`)
    return isUsage ? 2 : 1
  } finally {
    await database?.close()
  }
}

class UsageError extends Error {}

/** @throws UsageError */
function understand(args: string[]): { command: Command | undefined; name: string; options: Run['options'] } {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  const { values: options, positionals } = parsed
  const [group = '', verb = '', name = '', ...more] = positionals
  if (options.help) return { command: undefined, name, options }
  const command = Object.hasOwn(COMMANDS, `${group} ${verb}`) ? COMMANDS[`${group} ${verb}`] : undefined
  if (!command) throw new UsageError(`there is no command "${[group, verb].join(' ').trim()}"`)
  if (command.isOfOne !== (name !== '') || more.length > 0) {
    throw new UsageError(command.isOfOne ? 'expected one NAME or ID' : `did not expect "${name}"`)
  }
  return { command, name, options }
}

async function setEnabled({ users, actor, io, name }: Run, isEnabled: boolean): Promise<void> {
  const user = await users.update(await users.idOf(name), { is_enabled: isEnabled }, actor)
  io.stderr.write(`user ${user.name} ${isEnabled ? 'enabled' : 'disabled; its sessions have ended'}\n`)
}

function actorOfShell(): Actor {
  const base = { kind: 'cli', role: 'admin', id: null, requestId: randomUUID(), address: null } as const
  try {
    return { ...base, name: userInfo().username }
  } catch {
    // In a container the user may have no name.
    return { ...base, name: `uid ${process.getuid?.()}` }
  }
}

const json = (items: unknown) => `${JSON.stringify(items, null, 2)}\n`
