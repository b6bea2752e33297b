import { Agent, request } from 'node:http'
import { quantile } from './statistics.mjs'

const WARM_UP = 20

/**
 * Gets each path again and again over one kept-alive connection from the loopback.
 *
 * @param {import('./bench.mjs').Bench} bench
 * @param {import('../contenders/index.mjs').Target} target  the admin's
 * @param {Array<{ name: string, path: string }>} endpoints  below the prefix
 * @returns {Promise<import('./bench.mjs').Measure[]>} for each the p99, which is to stay below 20 ms, and the median
 */
export async function measureEndpoints(bench, target, endpoints) {
  const client = openClient(target)
  const measures = []
  for (const { name, path } of endpoints) {
    for (let n = 0; n < WARM_UP; n++) await client.get(path)
    const times = []
    for (let n = 0; n < bench.options.requests; n++) {
      const startedAt = performance.now()
      await client.get(path)
      times.push(performance.now() - startedAt)
    }
    const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)]
    bench.say(`${name}: median ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
    const measure = { unit: 'ms', better: 'less' }
    measures.push({ ...measure, what: `${name}, p99`, values: { jobu: [p99] }, goal: { most: 20 } })
    measures.push({ ...measure, what: `${name}, median`, values: { jobu: [p50] }, isDetail: true })
  }
  client.close()
  return measures
}

/** @returns {{ get(path: string): Promise<any>, close(): void }} */
export function openClient({ adminUrl, token }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, noDelay: true })
  const get = (path) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` }
      request(`${adminUrl}/api/v1${path}`, { agent, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          response.statusCode === 200
            ? resolve(JSON.parse(text))
            : reject(new Error(`GET ${path}: ${response.statusCode} ${text.slice(0, 500)}`)),
        )
      })
        .on('error', reject)
        .end()
    })
  return { get, close: () => agent.destroy() }
}
