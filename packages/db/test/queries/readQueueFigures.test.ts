import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { COUNTED_AT_MOST, readQueueFigures } from '@jobu/db'
import { aCron, Bench, secondsAgo } from '../../../../test/support/builders.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())

describe('readQueueFigures', () => {
  test('of an empty database says that nothing is there', async () => {
    expect(await readQueueFigures(bench.db)).toEqual({
      queues: [],
      waiting: { time: 0, overlap: 0 },
      running: 0,
      expiredLeases: 0,
      unfoldedDeltas: 0,
      workersAlive: 0,
      dispatchersAlive: 0,
      oldestDueCronSeconds: 0,
      isSchedulerRunning: true,
      isReserved: false,
    })
  })

  test('finds the oldest of each queue behind higher priorities, and counts to its bound', async () => {
    const insert = (count: number, queue: string, priority: number, seconds: number) =>
      bench.db.query(
        `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name, queue, priority)
         SELECT now() - interval '1 day', now(), now() - $1 * interval '1 second', 'api', 'echo', $2, $3 FROM generate_series(1, $4)`,
        [seconds, queue, priority, count],
      )
    await insert(COUNTED_AT_MOST + 50, 'crowded', 5, 10)
    await insert(1, 'crowded', -3, 4_000)
    await insert(1, 'crowded', 9, 20)
    await insert(2, 'quiet', 0, 30)
    await aCron(bench.db, { nextRunAt: secondsAgo(90) })
    const { queues, oldestDueCronSeconds } = await readQueueFigures(bench.db)
    expect(queues).toEqual([
      { queue: 'crowded', ready: COUNTED_AT_MOST, oldestReadySeconds: expect.any(Number) },
      { queue: 'quiet', ready: 2, oldestReadySeconds: expect.any(Number) },
    ])
    expect(Math.floor(queues[0]!.oldestReadySeconds / 1000)).toBe(4)
    expect(oldestDueCronSeconds).toBeGreaterThanOrEqual(90)
  })
})
