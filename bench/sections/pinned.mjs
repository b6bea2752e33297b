import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { serviceEnv } from '../contenders/jobu.mjs'
import { alternate } from '../lib/bench.mjs'
import { nowUs } from '../lib/clock.mjs'
import { allSettled, handledAll } from '../lib/drain.mjs'
import { Process } from '../lib/processes.mjs'
import { quantile } from '../lib/statistics.mjs'

/** How often the steady load enqueues what has become due, in milliseconds. */
const ENQUEUE_EVERY_MS = 10
const BURST_BATCH = 5_000

/**
 * Steady load while a transaction elsewhere stays open, so that no dead row version can be removed, and the same
 * without it. The wait from enqueue to start is that of the last third of the load; then, with the transaction still
 * open, a burst is drained.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { steadyRate, steadySeconds } = bench.options
  const found = await alternate(['open', 'free'], 1, (name) => steady(bench, name === 'open'))
  const measure = (what, unit, better, field, rest) => ({
    what,
    unit,
    better,
    values: {
      jobu: found.open.map((one) => one[field]),
      'jobu without it': found.free.map((one) => one[field]),
    },
    against: 'jobu without it',
    ...rest,
  })
  const load = `a transaction left open through ${steadySeconds} s of ${steadyRate.toLocaleString('en-US')} jobs/s`
  return [
    measure(`${load}: enqueue to start, p99`, 'ms', 'less', 'p99', { goal: { ratio: 0.8 } }),
    measure('beside the open transaction, enqueue to start, median', 'ms', 'less', 'median', {
      isDetail: true,
    }),
    measure('drained after it, still open', '/s', 'more', 'rate', { goal: { ratio: 0.8 } }),
  ]
}

async function steady(bench, isPinned) {
  const { server, options, say } = bench
  const { steadyRate: rate, steadySeconds: seconds, jobs: burst } = options
  const contender = CONTENDERS.jobu
  const database = 'bench_steady'
  const url = await bench.freshDatabase('jobu', database)
  const sql = await server.connect(database)
  const other = await server.connect(database)
  await server.settle()
  const worker = bench.worker('jobu', contender, url, 'drain')
  const dispatcher = new Process({
    node: bench.node.path,
    script: 'apps/dispatcher/dist/main.js',
    env: serviceEnv(url),
  })
  await Promise.all([worker.got('ready'), dispatcher.got('ready')])
  const client = await bench.client('jobu', url)
  if (isPinned) {
    await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await other.query('SELECT count(*) FROM job_executions')
  }
  const startedAt = nowUs()
  const sent = await client.ask('steady', { rate, seconds, everyMs: ENQUEUE_EVERY_MS })
  await handledAll([worker], sent)
  const waits = await worker.ask('waits')
  const late = waits.filter(([at]) => at > startedAt + (seconds * 1e6 * 2) / 3).map(([, us]) => us / 1000)

  // Enqueued in another transaction's time, then drained: the worker is already up, so the clock starts with the call.
  await delay(500)
  const burstAt = nowUs()
  await client.ask('enqueue', { count: burst, batch: BURST_BATCH })
  await handledAll([worker], sent + burst)
  const settledAt = await allSettled(sql, contender)
  await client.stop()
  await Promise.all([worker.stop(), dispatcher.stop()])
  await Promise.all([server.disconnect(sql), server.disconnect(other)])
  await server.drop(database)
  const result = {
    p99: quantile(late, 0.99),
    median: quantile(late, 0.5),
    rate: burst / ((settledAt - burstAt) / 1e6),
  }
  say(
    `${isPinned ? 'a transaction open' : 'none open'}: median ${result.median.toFixed(2)} ms, p99 ${result.p99.toFixed(2)} ms, then ${Math.round(result.rate)}/s`,
  )
  return result
}
