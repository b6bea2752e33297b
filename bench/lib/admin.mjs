import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../scripts/lib/freePort.mjs'
import { ROOT } from '../../scripts/lib/run.mjs'
import { serviceEnv } from '../contenders/jobu.mjs'
import { Process } from './processes.mjs'

const SCRIPT = 'apps/admin/dist/main.js'

/**
 * Starts jobu's API on a port of its own.
 *
 * @param {import('./bench.mjs').Bench} bench
 * @param {string} url   the database's
 * @param {string} [node]  default: the benchmark's
 * @returns {Promise<{ pid: number, target: import('../contenders/index.mjs').Target, stop(): Promise<void> }>}
 */
export async function startAdmin(bench, url, node = bench.node.path) {
  const token = randomBytes(32).toString('hex')
  const port = await freePort()
  const admin = new Process({
    node,
    script: SCRIPT,
    env: {
      ...serviceEnv(url),
      JOBU_ADMIN_PORT: String(port),
      JOBU_ADMIN_HOST: '127.0.0.1',
      JOBU_ADMIN_PASSWORD: token,
      JOBU_ADMIN_TOKEN: token,
    },
  })
  await admin.got('ready')
  return { pid: admin.pid, target: { adminUrl: `http://127.0.0.1:${port}`, token }, stop: () => admin.stop() }
}

startAdmin.isBuilt = () => existsSync(join(ROOT, SCRIPT))
