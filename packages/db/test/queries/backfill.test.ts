import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, type Cron, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  activeExecutionsOf,
  CHANNELS,
  claimExecutions,
  failExecutions,
  insertBackfill,
  pauseFailingCrons,
  promoteDueExecutions,
  releaseBackfill,
  releaseOverlapWaiters,
  replaceExecutions,
  retryExecutions,
  yieldBackfill,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

const HOUR = 3_600
/** Slots an hour apart, oldest first, the newest an hour ago. */
const hours = (count: number) => Array.from({ length: count }, (_, n) => secondsAgo((count - n) * HOUR))
const backfill = (cron: Cron, count: number, limit = 1) =>
  insertBackfill(bench.db, { jobId: cron.id, slots: hours(count), params: null, limit })
/** Each execution of the cron by its slot: its status, and what it waits for. */
const shown = async (cron: Cron) =>
  (await bench.executions(cron.id)).map((row) =>
    row.status === 'PENDING' ? (row.waitingFor ?? 'ready') : row.status,
  )
const claim = (limit = 10) =>
  claimExecutions(bench.db, {
    workerId: 'worker-1',
    leaseMs: 30_000,
    limit,
    ranges: [{ queue: 'default', highestPriority: 32_767, lowestPriority: -32_768, readyFrom: null }],
    handlers: ['echo'],
    scheduledFrom: null,
  })
const finish = (ids: number[]) =>
  bench.db.query(
    `UPDATE job_executions SET status = 'SUCCESS', finished_at = now(), lease_expires_at = NULL, ready_at = NULL, waiting_for = NULL
     WHERE id = ANY ($1)`,
    [ids],
  )

describe('insertBackfill', () => {
  test('writes the slots that have no row, just below the priority of their cron, and leaves the others alone', async () => {
    const cron = await bench.aCron({ priority: 3, queue: 'nightly', handlerParams: { a: 1 }, maxRetry: 2 })
    const slots = hours(3)
    const ran = await bench.anExecution({ jobId: cron.id, scheduledTime: slots[1]!, status: 'SUCCESS' })
    const keys = await insertBackfill(bench.db, { jobId: cron.id, slots, params: null, limit: 2 })
    expect(keys.map((key) => key.scheduledTime)).toEqual([slots[0], slots[2]])
    const [first, second] = await bench.executions(cron.id)
    expect(first).toMatchObject({
      status: 'PENDING',
      waitingFor: 'backfill',
      backfillLimit: 2,
      priority: 2,
      queue: 'nightly',
      params: { a: 1 },
      maxRetry: 2,
      paramSource: 'cron',
    })
    expect(second).toEqual(ran)
  })

  test('takes other params, and the lowest priority stays within its bounds', async () => {
    const cron = await bench.aCron({ priority: -32_768, handlerParams: { a: 1 } })
    await insertBackfill(bench.db, { jobId: cron.id, slots: hours(1), params: { b: 2 }, limit: 1 })
    expect(await bench.executions(cron.id)).toMatchObject([{ priority: -32_768, params: { b: 2 } }])
  })
})

describe('releaseBackfill', () => {
  test('lets the oldest go, as many as may be active, and the next when one of them has ended', async () => {
    const cron = await bench.aCron({ overlapPolicy: 'allow' })
    await backfill(cron, 4, 2)
    const hearing = await bench.listen(CHANNELS.work)
    expect(await releaseBackfill(bench.db, [cron.id])).toBe(2)
    await hearing.until(1)
    expect(hearing.heard).toEqual(['jobu_work default'])
    expect(await shown(cron)).toEqual(['ready', 'ready', 'backfill', 'backfill'])
    expect(await releaseBackfill(bench.db, null)).toBe(0)
    const claimed = await claim()
    expect(claimed.map((one) => one.isBackfill)).toEqual([true, true])
    expect(await releaseBackfill(bench.db, null)).toBe(0)
    await finish([claimed[0]!.id])
    expect(await releaseBackfill(bench.db, null)).toBe(1)
    expect(await shown(cron)).toEqual(['SUCCESS', 'RUNNING', 'ready', 'backfill'])
  })

  test('lets a slot go in the transaction that wrote it, on whichever side of a millisecond that begins', async () => {
    const cron = await bench.aCron({ overlapPolicy: 'allow' })
    for (let n = 0; n < 10; n++) {
      await bench.db.transactional({ label: 'backfill' }, async (tx) => {
        await insertBackfill(tx, { jobId: cron.id, slots: [secondsAgo(n * HOUR)], params: null, limit: 100 })
        await releaseBackfill(tx, [cron.id])
      })
    }
    expect(await shown(cron)).toEqual(Array(10).fill('ready'))
  })

  test('makes a slot due at its turn, so that it does not count as months late', async () => {
    const cron = await bench.aCron()
    await backfill(cron, 1)
    await bench.db.query(`UPDATE job_executions SET run_at = now() - interval '1 hour'`)
    await releaseBackfill(bench.db, null)
    const [row] = await bench.executions(cron.id)
    expect(Math.abs(row!.runAt.getTime() - row!.readyAt!.getTime())).toBeLessThan(600_000)
  })

  test('two at once release no slot more than may be active', async () => {
    const cron = await bench.aCron({ overlapPolicy: 'allow' })
    await backfill(cron, 20, 3)
    await Promise.all(Array.from({ length: 8 }, () => releaseBackfill(bench.db, null)))
    expect((await shown(cron)).filter((state) => state === 'ready')).toHaveLength(3)
  })

  test.each([
    ['runs', { status: 'RUNNING' as const }],
    ['is ready', {}],
    ['waits for an overlap', { waitingFor: 'overlap' as const }],
  ])('of a cron that refuses overlap lets nothing go while a regular slot %s', async (_, state) => {
    const cron = await bench.aCron({ overlapPolicy: 'skip' })
    await backfill(cron, 1)
    const regular = await bench.anExecution({ jobId: cron.id, ...state })
    expect(await releaseBackfill(bench.db, null)).toBe(0)
    await finish([regular.id])
    expect(await releaseBackfill(bench.db, null)).toBe(1)
  })

  test('of a cron that allows overlap does not wait for its regular slots', async () => {
    const cron = await bench.aCron({ overlapPolicy: 'allow' })
    await backfill(cron, 1)
    await bench.anExecution({ jobId: cron.id, status: 'RUNNING' })
    expect(await releaseBackfill(bench.db, null)).toBe(1)
  })

  test('a retry keeps its turn while it backs off, and waits for it again', async () => {
    const cron = await bench.aCron({ maxRetry: 1 })
    await backfill(cron, 2)
    await releaseBackfill(bench.db, null)
    const [first] = await claim()
    const failure = { outcome: 'FAILED', reason: 'HANDLER_ERROR', message: 'no', stack: null } as const
    await failExecutions(bench.db, [{ ...first!, ...failure, retryDelayMs: 60_000 }])
    expect(await releaseBackfill(bench.db, null)).toBe(0)
    expect(await shown(cron)).toEqual(['time', 'backfill'])
    await bench.db.query(`UPDATE job_executions SET run_at = now() WHERE id = $1`, [first!.id])
    expect(await promoteDueExecutions(bench.db, 10)).toBe(1)
    expect(await shown(cron)).toEqual(['backfill', 'backfill'])
    await releaseBackfill(bench.db, null)
    expect(await shown(cron)).toEqual(['ready', 'backfill'])
  })

  test('a retry without a pause, a drain and a retry by a person wait for their turn', async () => {
    const cron = await bench.aCron({ maxRetry: 1, overlapPolicy: 'allow' })
    await backfill(cron, 2, 2)
    await releaseBackfill(bench.db, null)
    const [first, second] = await claim()
    const failure = { reason: 'HANDLER_ERROR', message: 'no', stack: null } as const
    await failExecutions(bench.db, [
      { ...first!, ...failure, outcome: 'FAILED', retryDelayMs: 0 },
      { ...second!, ...failure, outcome: 'RELEASED', retryDelayMs: null },
    ])
    expect(await shown(cron)).toEqual(['backfill', 'backfill'])
    await bench.db.query(
      `UPDATE job_executions SET status = 'FAILED', finished_at = now(), waiting_for = NULL WHERE job_id = $1`,
      [cron.id],
    )
    await retryExecutions(bench.db, await bench.executions(cron.id))
    expect(await shown(cron)).toEqual(['backfill', 'backfill'])
  })
})

describe('regular slots beside a backfill', () => {
  test('do not see backfilled slots as active, waiting or running', async () => {
    const cron = await bench.aCron()
    await backfill(cron, 3)
    await releaseBackfill(bench.db, null)
    await claim()
    expect(await activeExecutionsOf(bench.db, [cron.id])).toEqual([])
  })

  test('have the right of way: what could start waits again, what runs is named', async () => {
    const cron = await bench.aCron({ overlapPolicy: 'allow' })
    await backfill(cron, 4, 3)
    await releaseBackfill(bench.db, null)
    const [running] = await claim(1)
    await bench.db.query(
      `UPDATE job_executions SET waiting_for = 'time', ready_at = NULL, run_at = $2 WHERE job_id = $1 AND scheduled_time = $3`,
      [cron.id, secondsAhead(60), (await bench.executions(cron.id))[1]!.scheduledTime],
    )
    expect(await shown(cron)).toEqual(['RUNNING', 'time', 'ready', 'backfill'])
    expect(await yieldBackfill(bench.db, [cron.id])).toEqual([cron.id])
    expect(await shown(cron)).toEqual(['RUNNING', 'backfill', 'backfill', 'backfill'])
    await finish([running!.id])
    expect(await yieldBackfill(bench.db, [cron.id])).toEqual([])
    // The one that backed off goes back to its pause.
    await releaseBackfill(bench.db, null)
    expect(await shown(cron)).toEqual(['SUCCESS', 'time', 'ready', 'ready'])
  })

  test('that wait for one that runs go once it has ended, before the next backfilled one', async () => {
    const cron = await bench.aCron()
    await backfill(cron, 2)
    await releaseBackfill(bench.db, null)
    const [running] = await claim()
    const regular = await bench.anExecution({ jobId: cron.id, waitingFor: 'overlap' })
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(0)
    await finish([running!.id])
    expect(await releaseBackfill(bench.db, [cron.id])).toBe(0)
    expect(await releaseOverlapWaiters(bench.db, [cron.id])).toBe(1)
    expect((await bench.execution(regular)).readyAt).not.toBeNull()
    expect(await shown(cron)).toEqual(['SUCCESS', 'backfill', 'ready'])
  })

  test('of overlap policy replace cancel no backfilled slot', async () => {
    const cron = await bench.aCron({ overlapPolicy: 'replace' })
    await backfill(cron, 3)
    await releaseBackfill(bench.db, null)
    await claim()
    expect(await replaceExecutions(bench.db, [{ jobId: cron.id, slot: new Date() }])).toEqual([])
    expect(await shown(cron)).toEqual(['RUNNING', 'backfill', 'backfill'])
  })

  test('are not paused for the failures of backfilled ones', async () => {
    const cron = await bench.aCron({ pauseAfterFailures: 1, enabledAt: secondsAgo(HOUR) })
    await bench.anExecution({ jobId: cron.id, status: 'FAILED', backfillLimit: 1 })
    expect(await pauseFailingCrons(bench.db, [cron.id])).toEqual([])
    await bench.anExecution({ jobId: cron.id, status: 'FAILED' })
    expect(await pauseFailingCrons(bench.db, [cron.id])).toEqual([cron.id])
  })
})
