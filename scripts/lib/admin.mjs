import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keepCredentials } from './credentials.mjs'
import { freePort } from './freePort.mjs'
import { ROOT } from './run.mjs'

export const DEFAULT_PORT = 8080
/** How many ports from the default on are tried. */
const PORTS_TRIED = 100

/**
 * Admin's secrets: the user's own, else those made and kept for this data directory. A made password is one for the
 * start: it is admin's until somebody changes it, and a database that has the user admin already keeps its own.
 */
export function adminAccess({ dataDir, adminToken, adminPassword, adminInitialPassword }) {
  const { admin_token, admin_password } = keepCredentials(dataDir)
  const token = adminToken || admin_token
  const initialPassword = adminInitialPassword || admin_password
  return {
    token,
    initialPassword,
    hasOwnToken: Boolean(adminToken),
    hasOwnPassword: Boolean(adminPassword),
    env: {
      JOBU_ADMIN_TOKEN: token,
      ...(adminPassword
        ? { JOBU_ADMIN_PASSWORD: adminPassword }
        : { JOBU_ADMIN_INITIAL_PASSWORD: initialPassword }),
    },
  }
}

/**
 * The port for admin: the one that its configuration names (`isChosen`), else the first that is free.
 *
 * @returns {Promise<{ port: number, isChosen: boolean, isFree(): Promise<boolean> }>}
 */
export async function adminPort(env) {
  const configured = env.JOBU_ADMIN_PORT || (await portInFile(env))
  // 0.0.0.0 is taken when any address has the port.
  const free = (ports) => freePort(ports, '0.0.0.0')
  const port = configured
    ? Number(configured)
    : await free(Array.from({ length: PORTS_TRIED }, (_, i) => DEFAULT_PORT + i))
  return { port, isChosen: Boolean(configured), isFree: async () => (await free([port])) === port }
}

/**
 * Leaves where admin is in the data directory, for the command line client.
 *
 * @returns {() => void} takes it away again, unless another launcher's admin is there meanwhile
 */
export function announceAdmin(dataDir, url) {
  const file = join(dataDir, 'admin.json')
  const text = JSON.stringify({ url, pid: process.pid })
  writeFileSync(file, text)
  return () => {
    try {
      if (readFileSync(file, 'utf8') === text) rmSync(file)
    } catch {
      // Gone already.
    }
  }
}

async function portInFile(env) {
  const { parse } = await import('yaml')
  try {
    return parse(readFileSync(join(env.JOBU_CONFIG_DIR || join(ROOT, 'config'), 'admin.yaml'), 'utf8')).admin
      .port
  } catch {
    // Missing, or broken: then admin says what is wrong with it.
    return undefined
  }
}
