import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { serviceEnv } from '../contenders/jobu.mjs'
import { QUEUE } from '../contenders/queue.mjs'
import { startAdmin } from '../lib/admin.mjs'
import { Process } from '../lib/processes.mjs'
import { quantile } from '../lib/statistics.mjs'

const WARM_UP = 20
/** Between two jobs, in milliseconds, at random up to twice that: an idle system, and no rhythm to fall into. */
const PAUSE_MS = 25
const SETTLE_MS = 1_500
/** Crons that fire each second. */
const SLOT_CRONS = 4

/**
 * On an idle system: from the call that enqueues a job until its handler starts, both by the machine's monotonic clock;
 * and from a cron's slot until its handler starts, by the machine's time of day.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const sent = {}
  const answered = {}
  for (const key of ['jobu', 'graphileWorker', 'pgBoss']) {
    const { name } = CONTENDERS[key]
    const waits = await enqueueToStart(bench, key)
    sent[name] = waits.map((one) => one.fromCall)
    answered[name] = waits.map((one) => one.fromAnswer)
    bench.say(`${name}: enqueue to start ${quantile(sent[name], 0.5).toFixed(2)} ms median`)
  }
  const slots = await slotToStart(bench)
  bench.say(`jobu: slot to start ${quantile(slots, 0.5).toFixed(2)} ms median`)
  const peerSlots = await peerSlotToStart(bench)

  const at = (share, waits) =>
    Object.fromEntries(Object.entries(waits).map(([name, list]) => [name, [quantile(list, share)]]))
  const measure = (what, values, most, isDetail) => ({
    what,
    unit: 'ms',
    better: 'less',
    values,
    ...(most ? { goal: { most } } : {}),
    isDetail,
  })
  const how = startAdmin.isBuilt() ? 'POST /jobs' : 'insertExecutions'
  const slotCount = slots.length.toLocaleString('en-US')
  return [
    measure(`call that enqueues (jobu: ${how}) until the handler starts, median`, at(0.5, sent), 10),
    measure('the same, p99', at(0.99, sent), 30),
    measure(
      `cron slot until the handler starts, median (jobu: of ${slotCount}; peers: one)`,
      {
        jobu: [quantile(slots, 0.5)],
        ...peerSlots,
      },
      20,
    ),
    measure('the same, p99', { jobu: [quantile(slots, 0.99)] }, 60),
    measure('call answered until the handler starts, median', at(0.5, answered), undefined, true),
    measure('call answered until the handler starts, p99', at(0.99, answered), undefined, true),
  ]
}

async function enqueueToStart(bench, key) {
  const { server, options } = bench
  const contender = CONTENDERS[key]
  const database = `bench_${key.toLowerCase()}`
  const url = await bench.freshDatabase(key, database)
  const worker = bench.worker(key, contender, url, 'latency')
  await worker.got('ready')
  const hasAdmin = key === 'jobu' && startAdmin.isBuilt()
  const admin = hasAdmin ? await startAdmin(bench, url) : undefined
  const client = await bench.client(key, url, admin?.target)
  await delay(SETTLE_MS)

  const waits = []
  for (let echo = 1; echo <= WARM_UP + options.latencyJobs; echo++) {
    const started = new Promise((resolve, reject) => {
      worker.onMessage = (message) => {
        if (message.type === 'started' && message.echo === echo) resolve(message.at)
        if (message.type === 'ended') reject(worker.failure)
      }
    })
    const { sentAt, answeredAt } = await client.ask('one', { echo })
    const startedAt = await started
    if (echo > WARM_UP) {
      waits.push({ fromCall: (startedAt - sentAt) / 1000, fromAnswer: (startedAt - answeredAt) / 1000 })
    }
    await delay(Math.random() * 2 * PAUSE_MS)
  }
  await client.stop()
  await admin?.stop()
  await worker.stop()
  await server.drop(database)
  return waits
}

async function slotToStart(bench) {
  const { server, options } = bench
  const database = 'bench_slots'
  const url = await bench.freshDatabase('jobu', database)
  const sql = await server.connect(database)
  const worker = bench.worker('jobu', CONTENDERS.jobu, url, 'latency')
  const dispatcher = new Process({
    node: bench.node.path,
    script: 'apps/dispatcher/dist/main.js',
    env: serviceEnv(url),
  })
  await Promise.all([worker.got('ready'), dispatcher.got('ready')])
  await sql.query(
    `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, handler_params, next_run_at)
     SELECT 'cron-' || i, '* * * * * *', 'UTC', $2, '{"slot": true}', date_trunc('second', now()) + interval '2 seconds'
     FROM generate_series(1, $1::integer) AS i`,
    [SLOT_CRONS, QUEUE],
  )
  const late = []
  await delay(SETTLE_MS + 2_000)
  worker.onMessage = ({ type, lateMs }) => {
    if (type === 'slot') late.push(lateMs)
  }
  await delay(options.slotSeconds * 1000)
  await Promise.all([worker.stop(), dispatcher.stop()])
  await server.disconnect(sql)
  await server.drop(database)
  if (late.length < (options.slotSeconds - 1) * SLOT_CRONS) throw new Error(`only ${late.length} slots ran`)
  return late
}

/** One cron of each peer at the next minute, which is as often as theirs fire; the two wait for it side by side. */
async function peerSlotToStart(bench) {
  const { server } = bench
  const databases = { graphileWorker: 'bench_graphileworker', pgBoss: 'bench_pgboss' }
  const workers = []
  for (const [key, database] of Object.entries(databases)) {
    const url = await bench.freshDatabase(key, database)
    if (key === 'pgBoss') {
      const client = await bench.client(key, url)
      await client.ask('schedule', { expression: '* * * * *', count: 1 })
      await client.stop()
    }
    const options = key === 'pgBoss' ? { isScheduling: true } : { cronExpression: '* * * * *', cronCount: 1 }
    workers.push([CONTENDERS[key].name, bench.worker(key, CONTENDERS[key], url, 'latency', options)])
  }
  await Promise.all(workers.map(([, worker]) => worker.got('ready')))
  const minute = Math.ceil((Date.now() + 1_000) / 60_000) * 60_000
  // pg-boss fires the minute under way when it starts: that one is not what is asked for.
  await delay(minute - Date.now() - 100)
  for (const [, worker] of workers) worker.seen.delete('slot')
  const found = {}
  for (const [name, worker] of workers) {
    const { at } = await worker.got('slot', 30_000)
    found[name] = [at - minute]
    bench.say(`${name}: slot to start ${at - minute} ms`)
  }
  await Promise.all(workers.map(([, worker]) => worker.stop()))
  for (const database of Object.values(databases)) await server.drop(database)
  return found
}
