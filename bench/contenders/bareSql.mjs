import { jobu } from './jobu.mjs'
import { QUEUE } from './queue.mjs'

const CONNECTIONS = 2
const BATCH = 200
const LEASE_MS = 30_000
const RECENT_MS = 31 * 86_400_000

/**
 * jobu's own statements for claiming and completing in a bare loop, with no worker around them: what the database and
 * the driver make of them at best.
 *
 * @type {import('./index.mjs').Contender}
 */
export const bareSql = {
  ...jobu,
  name: 'bare SQL',
  settings: { drain: `${CONNECTIONS} connections, batches of ${BATCH}`, latency: 'not measured' },
  workerProcess: undefined,

  async startWorker(url, _profile, handled) {
    const { Database, claimExecutions, completeExecutions } = await import('../../packages/db/dist/index.js')
    const db = new Database({ url }, { engine: true, maxConnections: CONNECTIONS })
    const claim = () =>
      claimExecutions(db, {
        workerId: 'bench',
        leaseMs: LEASE_MS,
        limit: BATCH,
        ranges: [{ queue: 'default', highestPriority: 32_767, lowestPriority: -32_768, readyFrom: null }],
        handlers: [QUEUE],
        scheduledFrom: new Date(Date.now() - RECENT_MS),
      })
    const loop = async () => {
      for (let claimed = await claim(); claimed.length > 0; claimed = await claim()) {
        for (const { params } of claimed) handled(params)
        await completeExecutions(
          db,
          claimed.map(({ id, scheduledTime, attempt }) => ({
            id,
            scheduledTime,
            attempt,
            result: '{"ok":true}',
          })),
        )
      }
    }
    const done = Promise.all(Array.from({ length: CONNECTIONS }, loop))
    return async () => {
      await done
      await db.close()
    }
  },
}
