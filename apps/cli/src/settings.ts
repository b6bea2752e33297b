import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CliError, EXIT, usageError } from './errors.ts'
import type { Io } from './io.ts'

export const DEFAULT_URL = 'http://127.0.0.1:8080'
export const DEFAULT_TIMEZONE = 'Asia/Seoul'

/** The options that every command takes. */
export interface GlobalOptions {
  url?: string
  token?: string
  tokenFile?: string
  json?: boolean
  timezone?: string
}

/** Where the API is and who asks. */
export interface Connection {
  /** Without a slash at its end. */
  url: string
  token: string | undefined
}

/**
 * The API to talk to: what is asked for, else the admin that `npm start` runs on this checkout's data, else the default
 * port. The token that `npm start` keeps is only for an admin of this machine: no other address gets it.
 *
 * @throws CliError where a URL or a token file cannot be used
 */
export function connectionOf(options: GlobalOptions, { env, root }: Io): Connection {
  const dataDir = resolve(root, env.JOBU_DATA_DIR || '.jobu')
  const url = options.url ?? (env.JOBU_URL || readKept(dataDir, 'admin.json').url) ?? DEFAULT_URL
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw usageError(`"${url}" is no URL, expected one such as ${DEFAULT_URL}`)
  }
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
  const token =
    options.token ||
    (options.tokenFile && readToken(options.tokenFile)) ||
    env.JOBU_TOKEN ||
    env.JOBU_ADMIN_TOKEN ||
    (isHere ? readKept(dataDir, 'credentials.json').admin_token : undefined)
  return { url: url.replace(/\/+$/, ''), token }
}

interface Kept {
  url?: string
  admin_token?: string
  database_port?: number
  database_password?: string
}

/** The zone that people see times in. */
export function timezoneOf({ timezone = DEFAULT_TIMEZONE }: GlobalOptions): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
    return timezone
  } catch {
    throw usageError(`there is no time zone "${timezone}", expected an IANA name such as ${DEFAULT_TIMEZONE}`)
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new CliError(`the token file cannot be read: ${(error as Error).message}`, EXIT.usage)
  }
}

/**
 * The environment for commands that work on the database itself: where nobody names one, the database that `npm start`
 * keeps.
 */
export function databaseEnvironment({ env, root }: Pick<Io, 'env' | 'root'>): Io['env'] {
  if (env.DATABASE_URL || env.JOBU_DATABASE_DATABASES_DEFAULT_URL) return env
  const kept = readKept(resolve(root, env.JOBU_DATA_DIR || '.jobu'), 'credentials.json')
  if (!kept.database_port || !kept.database_password) return env
  const url = `postgresql://jobu:${kept.database_password}@127.0.0.1:${kept.database_port}/jobu`
  return { ...env, DATABASE_URL: url }
}

/** What the launcher left in its data directory; nothing where it is missing, or is not ours to read. */
function readKept(dataDir: string, file: string): Kept {
  try {
    return JSON.parse(readFileSync(join(dataDir, file), 'utf8'))
  } catch {
    return {}
  }
}
