import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { nowUs } from '../lib/clock.mjs'
import { allSettled, handledAll } from '../lib/drain.mjs'
import { diamonds, expandList, lattice, releaseCosts, runAll, writeSchedule } from '../lib/workflows.mjs'

const contender = CONTENDERS.jobu
const ENQUEUE_BATCH = 5_000
/** Three diamonds on end: 20 tasks, 32 edges. */
const SMALL = diamonds([1, 6, 1, 6, 1, 4, 1])
const BIG = lattice(50, 100)
const ITEMS = 10_000

/**
 * Tasks of workflows per second beside as many plain executions, both enqueued while one worker process drains; a large
 * DAG, a long list, and what a release costs in a large run and in a small one.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { jobs, rounds } = bench.options
  const runs = Math.round(jobs / SMALL.length)
  const found = { plain: [], small: [], big: [], list: [], release: [] }
  for (let round = 0; round < rounds; round++) {
    found.plain.push(await withWorker(bench, jobs, (context) => plainJobs(context, jobs)))
    found.small.push(await withWorker(bench, runs * SMALL.length, (context) => dag(context, SMALL, runs)))
    found.big.push(await withWorker(bench, BIG.length, (context) => dag(context, BIG, 1)))
    found.list.push(await withWorker(bench, ITEMS, list))
    found.release.push(
      await withDatabase(bench, ({ url, sql }) => releaseCosts(sql, url, { small: SMALL, big: BIG })),
    )
    const told = ({ rate, databaseCpuUs }) =>
      `${Math.round(rate)}/s, PostgreSQL ${databaseCpuUs.toFixed(1)} us each`
    const { smallUs, bigUs } = found.release[round]
    bench.say(
      `round ${round + 1}: plain ${told(found.plain[round])}; tasks ${told(found.small[round])}; ` +
        `release ${smallUs.toFixed(0)} us in a run of ${SMALL.length}, ${bigUs.toFixed(0)} us in one of ${BIG.length}`,
    )
  }
  const values = (key, field) => found[key].map((one) => one[field])
  return [
    {
      what: `tasks of runs of ${SMALL.length}, enqueued and drained, beside as many plain executions`,
      unit: '/s',
      better: 'more',
      values: { jobu: values('small', 'rate'), 'plain executions': values('plain', 'rate') },
      goal: { ratio: 0.6 },
      against: 'plain executions',
    },
    {
      what: `releasing a task in a run of ${BIG.length.toLocaleString('en-US')}, beside a run of ${SMALL.length}`,
      unit: 'us',
      better: 'less',
      values: { jobu: values('release', 'bigUs'), 'the small run': values('release', 'smallUs') },
      goal: { ratio: 0.8 },
      against: 'the small run',
    },
    {
      what: `one run of ${BIG.length.toLocaleString('en-US')} tasks, 50 levels of 100 with two parents each`,
      unit: 's',
      better: 'less',
      values: { jobu: values('big', 'seconds') },
    },
    {
      what: `a list of ${ITEMS.toLocaleString('en-US')} items and the task after it`,
      unit: 's',
      better: 'less',
      values: { jobu: values('list', 'seconds') },
    },
    {
      what: 'CPU of PostgreSQL, tasks beside plain executions',
      unit: 'us each',
      better: 'less',
      values: {
        jobu: values('small', 'databaseCpuUs'),
        'plain executions': values('plain', 'databaseCpuUs'),
      },
      isDetail: true,
    },
  ]
}

async function withDatabase(bench, work) {
  const database = 'bench_jobu'
  const url = await bench.freshDatabase('jobu', database)
  const sql = await bench.server.connect(database)
  try {
    return await work({ sql, url })
  } finally {
    await bench.server.disconnect(sql)
    await bench.server.drop(database)
  }
}

function withWorker(bench, jobs, work) {
  return withDatabase(bench, async ({ sql, url }) => {
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
      const databaseCpuUs = (bench.server.cpuSince(cpuBefore) / jobs) * 1e6
      return { seconds, rate: jobs / seconds, databaseCpuUs }
    } finally {
      await worker.stop()
      await client.stop()
    }
  })
}

async function plainJobs({ sql, client, worker }, jobs) {
  const startedAt = nowUs()
  await client.ask('enqueue', { count: jobs, batch: ENQUEUE_BATCH })
  await handledAll([worker], jobs + 1)
  return ((await allSettled(sql, contender)) - startedAt) / 1e6
}

async function dag({ sql, url }, tasks, runs) {
  return runAll(sql, url, await writeSchedule(sql, tasks), runs)
}

async function list({ sql, url }) {
  const schedule = await writeSchedule(sql, [{ parents: [], isList: true }, { parents: [0] }])
  return runAll(sql, url, schedule, 1, () => expandList(sql, ITEMS))
}
