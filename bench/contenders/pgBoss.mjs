import { QUEUE } from './queue.mjs'

const WORK = {
  batchSize: 500,
  localConcurrency: 4,
  pollingIntervalSeconds: 0.5,
  burstWhenBatchFull: true,
}

/** @type {import('./index.mjs').Contender} */
export const pgBoss = {
  name: 'pg-boss',
  package: 'pg-boss',
  settings: {
    drain:
      'batchSize 500, localConcurrency 4, burstWhenBatchFull, pollingIntervalSeconds 0.5, queue with notify, pool of 10',
    latency: 'the same',
  },
  unsettled: `SELECT EXISTS (SELECT FROM pgboss.job WHERE name = '${QUEUE}' AND state = 'active') AS is_left`,
  settledCount: `SELECT count(*)::integer AS count FROM pgboss.job WHERE name = '${QUEUE}' AND state = 'completed'`,

  async prepare(url) {
    const boss = await open(url, { schedule: false, supervise: false })
    await boss.createQueue(QUEUE, { notify: true })
    await boss.stop({ graceful: false })
  },

  async openClient(url) {
    const boss = await open(url, { schedule: false, supervise: false, max: 2 })
    return {
      insertMany: async (payloads) =>
        void (await boss.insert(
          QUEUE,
          payloads.map((data) => ({ data })),
        )),
      insertOne: async (payload) => void (await boss.send(QUEUE, payload)),
      schedule: async ({ expression, count }) => {
        for (let index = 0; index < count; index++) {
          await boss.schedule(QUEUE, expression, { slot: true }, { tz: 'UTC', key: `cron-${index}` })
        }
      },
      close: () => boss.stop({ graceful: false }),
    }
  },

  async startWorker(url, _profile, handled, { isIdle = false, isScheduling = false } = {}) {
    const boss = await open(url, {
      schedule: isScheduling,
      ...(isScheduling ? { cronMonitorIntervalSeconds: 1, cronWorkerIntervalSeconds: 1 } : {}),
      max: 10,
      useListenNotify: true,
    })
    if (!isIdle) {
      await boss.work(QUEUE, WORK, async (jobs) => {
        for (const { data } of jobs) handled(data)
      })
    }
    return () => boss.stop({ graceful: true, timeout: 5_000 })
  },
}

async function open(url, options) {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({ connectionString: url, registerInstance: false, ...options })
  boss.on('error', (error) => console.error(error))
  await boss.start()
  return boss
}
