import { QUEUE } from './queue.mjs'

const CONCURRENCY = 24

/** Its own load test's settings: perfTest/graphile.config.js of its repository. */
const DRAIN = {
  concurrentJobs: CONCURRENCY,
  maxPoolSize: CONCURRENCY + 1,
  localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
}
/** The defaults but for the concurrency: its local queue and its batches trade latency for throughput. */
const LATENCY = { concurrentJobs: 4, maxPoolSize: 10 }

/** @type {import('./index.mjs').Contender} */
export const graphileWorker = {
  name: 'graphile-worker',
  package: 'graphile-worker',
  settings: {
    drain:
      'concurrentJobs 24, localQueue 500 (refetchDelay 10 ms), completeJobBatchDelay 0, failJobBatchDelay 0',
    latency: 'concurrentJobs 4, no local queue, no batching',
  },
  unsettled: `SELECT count(*) > 0 AS is_left FROM (
    SELECT 1 FROM graphile_worker._private_jobs ORDER BY id DESC LIMIT 1) AS job`,

  async prepare(url) {
    const { runMigrations } = await import('graphile-worker')
    await runMigrations({ preset: { worker: { connectionString: url, logger: await quietLogger() } } })
  },

  async openClient(url) {
    const { makeWorkerUtils } = await import('graphile-worker')
    const utils = await makeWorkerUtils({
      preset: { worker: { connectionString: url, maxPoolSize: 2, logger: await quietLogger() } },
    })
    return {
      insertMany: async (payloads) =>
        void (await utils.addJobs(payloads.map((payload) => ({ identifier: QUEUE, payload })))),
      insertOne: async (payload) => void (await utils.addJob(QUEUE, payload)),
      close: async () => utils.release(),
    }
  },

  /** Options: `cronCount` crons of `cronExpression`; `isIdle` leaves their jobs alone. */
  async startWorker(url, profile, handled, { cronExpression, cronCount = 0, isIdle = false } = {}) {
    const { run, parseCronItems } = await import('graphile-worker')
    const crons = Array.from({ length: cronCount }, (_, index) => ({
      task: QUEUE,
      match: cronExpression,
      identifier: `cron-${index}`,
      payload: { slot: true },
    }))
    const runner = await run({
      preset: {
        worker: {
          connectionString: url,
          logger: await quietLogger(),
          ...(profile === 'drain' ? DRAIN : LATENCY),
        },
      },
      noHandleSignals: true,
      taskList: isIdle ? { nothing: async () => {} } : { [QUEUE]: async (payload) => handled(payload) },
      parsedCronItems: parseCronItems(crons),
    })
    return () => runner.stop()
  },
}

async function quietLogger() {
  const { Logger } = await import('graphile-worker')
  return new Logger(() => (level, message) => {
    if (level === 'error') console.error(message)
  })
}
