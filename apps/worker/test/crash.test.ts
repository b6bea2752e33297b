import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { reapExpiredLeases } from '@jobu/dispatcher'
import { until } from './support/until.ts'
import { WorkerBench, type WorkerProcess } from './support/WorkerBench.ts'

/** `JOBU_TEST_EXECUTIONS=2000` is the full run. */
const EXECUTIONS = Number(process.env.JOBU_TEST_EXECUTIONS ?? 300)
const WORKERS = 2
/** Kills are spread over the work, not over time: a fast machine sees as many as a slow one. */
const EXECUTIONS_PER_KILL = 30

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())

test(
  `${EXECUTIONS} executions of a ctx.transaction handler, workers killed at random and replaced: exactly ${EXECUTIONS} effects`,
  async () => {
    const spawn = () =>
      bench.spawn({
        JOBU_WORKER_POOL_SIZE: '4',
        JOBU_WORKER_CLAIM_BATCH_SIZE: '8',
        JOBU_WORKER_LEASE_SECONDS: '1',
        JOBU_WORKER_HEARTBEAT_SECONDS: '0.3',
        JOBU_WORKER_POLL_INTERVAL_SECONDS: '0.5',
      })
    await bench.enqueue(
      ...Array.from({ length: EXECUTIONS }, () => ({
        handlerName: 'effective',
        params: { ms: 60 },
        maxRetry: 1_000,
        retryDelaySeconds: 0,
      })),
    )
    const workers: WorkerProcess[] = Array.from({ length: WORKERS }, spawn)
    let kills = 0
    let reaped = 0
    await until(
      'all are final',
      async () => {
        reaped += await reapExpiredLeases(bench.db)
        const { SUCCESS = 0 } = await bench.counts()
        if (SUCCESS === EXECUTIONS) return true
        // Only one that has taken something: killing those that start would let nobody work.
        const victim = workers[Math.floor(Math.random() * WORKERS)]!
        if (victim.output().includes('worker started') && SUCCESS >= (kills + 1) * EXECUTIONS_PER_KILL) {
          kills++
          victim.child.kill('SIGKILL')
          await once(victim.child, 'close')
          workers[workers.indexOf(victim)] = spawn()
        }
        return false
      },
      60_000 + EXECUTIONS * 200,
    )
    const { rows } = await bench.db.query(
      'SELECT count(*) AS rows, count(DISTINCT execution_id) AS executions FROM effects',
    )
    expect(rows).toEqual([{ rows: EXECUTIONS, executions: EXECUTIONS }])
    expect(await bench.counts()).toEqual({ SUCCESS: EXECUTIONS })
    // It was a crash test: attempts were cut off in the middle.
    expect(reaped).toBeGreaterThan(0)
  },
  90_000 + EXECUTIONS * 200,
)
