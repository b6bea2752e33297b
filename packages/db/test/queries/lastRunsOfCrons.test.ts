import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo } from '../../../../test/support/builders.ts'
import { lastRunsOfCrons } from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

/** More skipped slots than are looked through before the unfinished executions are asked. */
async function skippedSlots(jobId: number): Promise<void> {
  await bench.db.query(
    `INSERT INTO job_executions (job_id, scheduled_time, run_at, status, finished_at, param_source, handler_name)
     SELECT $1, now() - i * interval '1 second', now(), 'SKIPPED', now(), 'cron', 'echo' FROM generate_series(1, 150) AS i`,
    [jobId],
  )
}

describe('lastRunsOfCrons', () => {
  test('finds the run that the skipped slots wait for, however many they are', async () => {
    const cron = await bench.aCron()
    await bench.anExecution({ jobId: cron.id, status: 'SUCCESS', scheduledTime: secondsAgo(400) })
    const running = await bench.anExecution({
      jobId: cron.id,
      status: 'RUNNING',
      scheduledTime: secondsAgo(300),
    })
    await skippedSlots(cron.id)
    expect(await lastRunsOfCrons(bench.db, [cron.id])).toEqual([
      { jobId: cron.id, at: running.startedAt, status: 'RUNNING' },
    ])
  })

  test('finds the last one that ended behind as many, and nothing for a cron that only skipped', async () => {
    const [ran, skipped] = [await bench.aCron(), await bench.aCron()]
    const ended = await bench.anExecution({
      jobId: ran.id,
      status: 'FAILED',
      scheduledTime: secondsAgo(300),
    })
    await skippedSlots(ran.id)
    await skippedSlots(skipped.id)
    expect(await lastRunsOfCrons(bench.db, [ran.id, skipped.id])).toEqual([
      { jobId: ran.id, at: ended.startedAt, status: 'FAILED' },
    ])
  })
})
