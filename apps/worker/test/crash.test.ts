import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { reapExpiredLeases } from '@jobu/dispatcher'
import { until } from '../../../test/support/until.ts'
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
    const workers: WorkerProcess[] = Array.from({ length: WORKERS }, spawn)
    const job = { handlerName: 'effective', maxRetry: 1_000, retryDelaySeconds: 0 }
    let reaped = 0
    let kills = 0
    for (let enqueued = 0; enqueued < EXECUTIONS; enqueued += EXECUTIONS_PER_KILL) {
      // Its first attempt ends by a kill only: whoever holds it is killed in the middle of something.
      const [held] = await bench.enqueue(
        { ...job, params: { ms: 60, firstMs: 600_000 }, priority: 1 },
        ...Array.from({ length: Math.min(EXECUTIONS_PER_KILL, EXECUTIONS - enqueued) - 1 }, () => ({
          ...job,
          params: { ms: 60 },
        })),
      )
      const pid = await until('somebody holds it', async () => {
        reaped += await reapExpiredLeases(bench.db)
        const { rows } = await bench.db.query<{ pid: number }>(
          `SELECT pid FROM job_executions AS e JOIN workers AS w ON w.id = e.worker_id WHERE e.id = $1`,
          [held],
        )
        return rows[0]?.pid
      })
      await pause(Math.random() * 200)
      const victim = workers.findIndex(({ child }) => child.pid === pid)
      const { child } = workers[victim]!
      child.kill('SIGKILL')
      await once(child, 'close')
      workers[victim] = spawn()
      kills++
    }
    await until(
      'all are final',
      async () => {
        reaped += await reapExpiredLeases(bench.db)
        return (await bench.counts()).SUCCESS === EXECUTIONS
      },
      120_000 + EXECUTIONS * 200,
    )
    const { rows } = await bench.db.query(
      'SELECT count(*) AS rows, count(DISTINCT execution_id) AS executions FROM effects',
    )
    expect(rows).toEqual([{ rows: EXECUTIONS, executions: EXECUTIONS }])
    expect(await bench.counts()).toEqual({ SUCCESS: EXECUTIONS })
    // It was a crash test: attempts were cut off in the middle.
    expect(reaped).toBeGreaterThanOrEqual(kills)
  },
  240_000 + EXECUTIONS * 200,
)
