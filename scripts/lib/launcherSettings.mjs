import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { ROOT } from './run.mjs'

export const SERVICES = ['dispatcher', 'worker', 'admin']

/** Drain time of a worker under the launcher: Ctrl+C should end within five seconds. */
const DRAIN_SECONDS = '3'
const MIN_TOKEN_LENGTH = 32

/**
 * What this start is to do, from its arguments and environment.
 *
 * @param {string[]} names the services asked for; none: all
 * @throws when a name or a variable cannot be used
 */
export function launcherSettings(names, env = process.env) {
  const unknown = names.filter((name) => !SERVICES.includes(name))
  if (unknown.length > 0) {
    throw new Error(`there is no service "${unknown.join('", "')}"; the services are ${SERVICES.join(', ')}`)
  }
  if (env.JOBU_ADMIN_TOKEN && env.JOBU_ADMIN_TOKEN.length < MIN_TOKEN_LENGTH) {
    const length = env.JOBU_ADMIN_TOKEN.length
    throw new Error(`JOBU_ADMIN_TOKEN has ${length} characters, a token needs at least ${MIN_TOKEN_LENGTH}`)
  }
  const dataDir = resolve(ROOT, env.JOBU_DATA_DIR || '.jobu')
  // It holds passwords.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const { JOBU_ADMIN_TOKEN, JOBU_ADMIN_PASSWORD, JOBU_ADMIN_INITIAL_PASSWORD, ...common } = env
  return {
    services: names.length > 0 ? SERVICES.filter((name) => names.includes(name)) : SERVICES,
    dataDir,
    /** A database of the user's own; undefined: the embedded one. */
    externalUrl: env.JOBU_DATABASE_DATABASES_DEFAULT_URL || env.DATABASE_URL,
    /** Admin's secrets as the user set them; the launcher makes those that are missing. */
    adminToken: JOBU_ADMIN_TOKEN,
    adminPassword: JOBU_ADMIN_PASSWORD,
    adminInitialPassword: JOBU_ADMIN_INITIAL_PASSWORD,
    /** The environment of every service; admin's secrets are for admin only. */
    env: {
      NODE_ENV: 'production',
      JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: DRAIN_SECONDS,
      ...Object.fromEntries(Object.entries(common).filter(([, value]) => value !== '')),
    },
  }
}
