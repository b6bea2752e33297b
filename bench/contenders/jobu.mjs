import { Agent, request as httpRequest } from 'node:http'
import { fileURLToPath } from 'node:url'
import { QUEUE } from './queue.mjs'

const DB = '../../packages/db/dist/index.js'

/** Found by trying: see docs/performance.md. */
const DRAIN = { JOBU_WORKER_POOL_SIZE: '1000', JOBU_WORKER_CLAIM_BATCH_SIZE: '500' }

/** @type {import('./index.mjs').Contender} */
export const jobu = {
  name: 'jobu',
  settings: {
    drain: 'pool_size 1000, claim_batch_size 500',
    latency: 'defaults',
  },
  // Newest lease first: while something runs, the answer is the first entry of the index.
  unsettled: `SELECT count(*) > 0 AS is_left FROM (
    SELECT 1 FROM job_executions WHERE status = 'RUNNING' ORDER BY lease_expires_at DESC LIMIT 1) AS running`,
  settledCount: `SELECT count(*)::integer AS count FROM job_executions WHERE status = 'SUCCESS'`,

  async prepare(url) {
    const { migrate } = await import(DB)
    await migrate(url)
  },

  async openClient(url, target = {}) {
    return target.adminUrl ? openHttp(target) : openSql(url)
  },

  workerProcess: (profile, url) => ({
    script: 'apps/worker/dist/main.js',
    env: { ...serviceEnv(url), ...(profile === 'drain' ? DRAIN : {}) },
  }),
}

/** The environment of every service of jobu here: nothing from config/*.yaml, which may be somebody's own. */
export const serviceEnv = (url) => ({
  DATABASE_URL: url,
  JOBU_CONFIG_DIR: fileURLToPath(new URL('../no-config', import.meta.url)),
  JOBU_LOG_LEVEL: 'warn',
  JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS: '3',
  JOBU_WORKER_HANDLERS_PATH: fileURLToPath(new URL('../handlers', import.meta.url)),
  JOBU_DISPATCHER_MIN_CRON_INTERVAL_SECONDS: '1',
  JOBU_DISPATCHER_TIMEZONE: 'UTC',
})

async function openSql(url) {
  const { Database, insertExecutions } = await import(DB)
  const db = new Database({ url }, { engine: true, maxConnections: 1 })
  const job = (params) => ({ handlerName: QUEUE, params, paramSource: 'api' })
  return {
    insertMany: async (payloads) => void (await insertExecutions(db, payloads.map(job))),
    insertOne: async (payload) => void (await insertExecutions(db, [job(payload)])),
    close: () => db.close(),
  }
}

function openHttp({ adminUrl, token }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, noDelay: true })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const post = (path, body) =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        `${adminUrl}/api/v1${path}`,
        { method: 'POST', agent, headers },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () =>
            response.statusCode < 300
              ? resolve()
              : reject(new Error(`POST ${path}: ${response.statusCode} ${text.slice(0, 500)}`)),
          )
        },
      )
      request.on('error', reject)
      request.end(JSON.stringify(body))
    })
  const job = (params) => ({ handler_name: QUEUE, params })
  return {
    insertMany: (payloads) => post('/jobs/bulk', { jobs: payloads.map(job) }),
    insertOne: (payload) => post('/jobs', job(payload)),
    close: async () => agent.destroy(),
  }
}
