import { CONTENDERS } from '../contenders/index.mjs'
import { startAdmin } from '../lib/admin.mjs'
import { alternate } from '../lib/bench.mjs'

const BATCH = 10_000

/**
 * Jobs enqueued per second, 10,000 a call, by one process with one connection.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { server, options, say } = bench
  const { bulkJobs: count, rounds } = options
  const enqueue = async (name, round) => {
    const [key, isHttp] = name.split(' ')
    const contender = CONTENDERS[key]
    const database = `bench_${key.toLowerCase()}`
    const url = await bench.freshDatabase(key, database)
    if (isHttp) {
      // The API knows the handlers that a worker has published.
      const worker = bench.worker(key, contender, url, 'latency')
      await worker.got('ready')
      await worker.stop()
    }
    await server.settle()
    const admin = isHttp ? await startAdmin(bench, url) : undefined
    const client = await bench.client(key, url, admin?.target)
    try {
      // The first call prepares the statement and warms the code.
      await client.ask('enqueue', { count: 1_000, batch: 1_000 })
      const seconds = await client.ask('enqueue', { count, batch: BATCH })
      say(
        `round ${round + 1}: ${contender.name}${isHttp ? ', POST /jobs/bulk' : ''}: ${Math.round(count / seconds)}/s`,
      )
      return count / seconds
    } finally {
      await client.stop()
      await admin?.stop()
      await server.drop(database)
    }
  }
  const hasAdmin = startAdmin.isBuilt()
  const names = ['jobu', ...(hasAdmin ? ['jobu http'] : []), 'graphileWorker', 'pgBoss']
  const found = await alternate(names, rounds, enqueue)
  const peers = { 'graphile-worker': found.graphileWorker, 'pg-boss': found.pgBoss }
  return [
    {
      what: `enqueued in bulk, ${count.toLocaleString('en-US')} jobs in calls of ${BATCH.toLocaleString('en-US')}`,
      unit: '/s',
      better: 'more',
      values: { jobu: found.jobu, ...peers },
    },
    ...(hasAdmin
      ? [
          {
            what: 'the same through POST /jobs/bulk, the peers by their libraries',
            unit: '/s',
            better: 'more',
            values: { jobu: found['jobu http'], ...peers },
          },
        ]
      : []),
  ]
}
