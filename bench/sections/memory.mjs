import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { serviceEnv } from '../contenders/jobu.mjs'
import { startAdmin } from '../lib/admin.mjs'
import { Process, residentMiB } from '../lib/processes.mjs'

/**
 * Resident memory of each process after a while of idling, beside a worker of each peer.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { options, say } = bench
  const url = {}
  for (const key of ['jobu', 'graphileWorker', 'pgBoss']) url[key] = await bench.freshDatabase(key)

  const runtimes = [{ ...bench.node }]
  if (bench.node.path !== process.execPath)
    runtimes.push({ path: process.execPath, version: process.version })
  const services = ['worker', 'dispatcher', ...(startAdmin.isBuilt() ? ['admin'] : [])]
  /** @type {Array<{ service: string, version: string, name: string, pid: number }>} */
  const started = []
  for (const { path, version } of runtimes) {
    for (const service of services) {
      const one =
        service === 'admin'
          ? await startAdmin(bench, url.jobu, path)
          : new Process({ node: path, script: `apps/${service}/dist/main.js`, env: serviceEnv(url.jobu) })
      if (one instanceof Process) await one.got('ready')
      started.push({ service, version, name: 'jobu', pid: one.pid })
    }
  }
  for (const key of ['graphileWorker', 'pgBoss']) {
    const worker = bench.worker(key, CONTENDERS[key], url[key], 'latency')
    await worker.got('ready')
    started.push({
      service: 'worker',
      version: bench.node.version,
      name: CONTENDERS[key].name,
      pid: worker.pid,
    })
  }
  say(`idling for ${options.idleSeconds} s`)
  await delay(options.idleSeconds * 1000)

  /** @type {Map<string, import('../lib/bench.mjs').Measure>} */
  const measures = new Map()
  for (const { service, version, name, pid } of started) {
    const what = `memory of an idle ${service}, Node ${version.slice(1)}`
    const measure = measures.get(what) ?? {
      what,
      unit: 'MiB',
      better: 'less',
      values: {},
      goal: { most: 120 },
    }
    measure.values[name] = [residentMiB(pid)]
    measures.set(what, measure)
  }
  return [...measures.values()]
}
