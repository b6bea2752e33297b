import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { nowUs } from '../lib/clock.mjs'
import { handledAll } from '../lib/drain.mjs'
import { diamonds, runAll, writeSchedule } from '../lib/workflows.mjs'

const contender = CONTENDERS.jobu
const ENQUEUE_BATCH = 5_000
/** Three diamonds on end: 20 tasks, 32 edges. */
const SMALL = diamonds([1, 6, 1, 6, 1, 4, 1])

/**
 * Tasks of workflows per second beside as many plain executions, both enqueued while one worker process drains.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { jobs, rounds } = bench.options
  const plain = []
  const small = []
  for (let round = 0; round < rounds; round++) {
    plain.push(await withWorker(bench, jobs, (context) => plainJobs(context, jobs)))
    const runs = Math.round(jobs / SMALL.length)
    small.push(await withWorker(bench, runs * SMALL.length, (context) => workflows(context, SMALL, runs)))
    bench.say(`round ${round + 1}: plain ${told(plain[round])}, tasks ${told(small[round])}`)
  }
  return [
    {
      what: 'tasks of runs of 20, beside as many plain executions',
      unit: '/s',
      better: 'more',
      values: { jobu: small.map(({ rate }) => rate), 'plain executions': plain.map(({ rate }) => rate) },
      goal: { ratio: 0.6 },
      against: 'plain executions',
    },
  ]
}

const told = ({ rate, databaseCpuUs }) =>
  `${Math.round(rate)}/s (${databaseCpuUs.toFixed(0)} us of PostgreSQL)`

async function withWorker(bench, jobs, work) {
  const database = 'bench_jobu'
  const url = await bench.freshDatabase('jobu', database)
  const sql = await bench.server.connect(database)
  const client = await bench.client('jobu', url)
  const worker = bench.worker('jobu', contender, url, 'drain')
  try {
    // Until it works: loading code and connecting counts for neither.
    await client.ask('enqueue', { count: 1, batch: 1 })
    await handledAll([worker], 1)
    await bench.server.settle()
    await delay(500)
    const cpuBefore = bench.server.cpuByPid()
    const seconds = await work({ sql, url, client, worker })
    return { rate: jobs / seconds, databaseCpuUs: (bench.server.cpuSince(cpuBefore) / jobs) * 1e6 }
  } finally {
    await worker.stop()
    await client.stop()
    await bench.server.disconnect(sql)
    await bench.server.drop(database)
  }
}

async function plainJobs({ sql, client, worker }, jobs) {
  const startedAt = nowUs()
  await client.ask('enqueue', { count: jobs, batch: ENQUEUE_BATCH })
  await handledAll([worker], jobs + 1)
  for (;;) {
    const at = nowUs()
    const { rows } = await sql.query(contender.unsettled)
    if (!rows[0].is_left) return (at - startedAt) / 1e6
  }
}

async function workflows({ sql, url }, tasks, runs) {
  return runAll(sql, url, await writeSchedule(sql, tasks), runs)
}
