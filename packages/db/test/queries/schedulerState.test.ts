import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  CHANNELS,
  type ClaimOptions,
  claimExecutions,
  excludeClaims,
  failOrphanedHandlers,
  freeQueue,
  lockDueCrons,
  lockSchedulerState,
  nextWakeUp,
  promoteDueExecutions,
  readSchedulerState,
  registerWorker,
  reserveQueue,
  schedulerLoad,
  setSchedulerRunning,
  watchScheduler,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

const RANGE = { queue: 'default', highestPriority: 32_767, lowestPriority: -32_768, readyFrom: null }
const claim = (options: Partial<ClaimOptions> = {}) =>
  claimExecutions(bench.db, {
    workerId: 'worker-1',
    leaseMs: 30_000,
    limit: 100,
    ranges: [RANGE],
    handlers: ['echo'],
    scheduledFrom: null,
    ...options,
  })
const idsOf = (rows: Array<{ id: number }>) => rows.map((row) => row.id)
const stop = () => setSchedulerRunning(bench.db, false, 'ann')
const start = () => setSchedulerRunning(bench.db, true, 'ben')
const reserve = (execution?: { id: number; scheduledTime: Date }, ttlSeconds = 60) =>
  reserveQueue(bench.db, { by: 'ann', reason: 'upgrade', ttlSeconds, ...(execution && { execution }) })
const finish = (id: number) =>
  bench.db.query(
    `UPDATE job_executions SET status = 'SUCCESS', finished_at = now(), lease_expires_at = NULL, ready_at = NULL WHERE id = $1`,
    [id],
  )

describe('a stopped scheduler', () => {
  test('claims nothing and dispatches nothing, until it is started again', async () => {
    const row = await bench.anExecution()
    const cron = await bench.aCron({ nextRunAt: secondsAgo(1) })
    await stop()
    expect(await claim()).toEqual([])
    expect(await lockDueCrons(bench.db, 10)).toEqual([])
    await start()
    expect(idsOf(await claim())).toEqual([row.id])
    expect(idsOf(await lockDueCrons(bench.db, 10))).toEqual([cron.id])
  })

  test('still promotes, and a due cron does not keep its dispatchers from sleeping', async () => {
    await bench.aCron({ nextRunAt: secondsAgo(60) })
    await stop()
    expect(await nextWakeUp(bench.db)).toBeNull()
    await bench.anExecution({ waitingFor: 'time', runAt: secondsAgo(1) })
    expect(await promoteDueExecutions(bench.db, 10)).toBe(1)
    await bench.anExecution({ waitingFor: 'time', runAt: secondsAhead(300) })
    expect(await nextWakeUp(bench.db)).toBeGreaterThan(100_000)
  })

  test('keeps when it was stopped and started, and by whom, whoever writes the row; and tells every service', async () => {
    const hearing = await bench.listen(CHANNELS.scheduler)
    await stop()
    await bench.db.query('UPDATE scheduler_state SET is_running = true')
    await hearing.until(2)
    const { rows } = await bench.db.query(
      'SELECT stopped_by, stopped_at, started_at >= stopped_at AS "isClosed" FROM scheduler_stops',
    )
    expect(rows).toEqual([{ stopped_by: 'ann', stopped_at: expect.any(Date), isClosed: true }])
    expect((await readSchedulerState(bench.db)).isRunning).toBe(true)
  })

  test('fails nobody for a handler that is not served, nor in the first minute after', async () => {
    await registerWorker(bench.db, {
      id: 'w',
      hostname: 'h',
      pid: 1,
      version: '1',
      queues: ['*'],
      handlers: [],
      poolSize: 1,
    })
    await bench.db.query(`UPDATE workers SET started_at = now() - interval '1 hour'`)
    const row = await bench.anExecution({ readyAt: secondsAgo(3_600) })
    await stop()
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([])
    await start()
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([])
    await bench.db.query(`UPDATE scheduler_stops SET started_at = now() - interval '61 seconds'`)
    expect(await failOrphanedHandlers(bench.db, 60)).toEqual([row.id])
  })
})

describe('excludeClaims', () => {
  test('waits for a dispatch under way, and nothing is claimed from then on to its commit', async () => {
    await bench.aCron({ nextRunAt: secondsAgo(1) })
    const row = await bench.anExecution()
    const order: string[] = []
    let endDispatch = () => {}
    const dispatchMayEnd = new Promise<void>((resolve) => {
      endDispatch = resolve
    })
    let isDispatching = () => {}
    const dispatching = new Promise<void>((resolve) => {
      isDispatching = resolve
    })
    const dispatch = bench.db.transactional({ label: 'dispatch' }, async (tx) => {
      await lockDueCrons(tx, 10)
      isDispatching()
      await dispatchMayEnd
      order.push('dispatched')
    })
    await dispatching
    const stopping = bench.db.transactional({ label: 'stop' }, async (tx) => {
      await excludeClaims(tx, 10_000)
      order.push('excluded')
      await setSchedulerRunning(tx, false, 'ann')
    })
    await bench.untilBlocked(1)
    const claimed = claim()
    await bench.untilBlocked(2)
    endDispatch()
    await Promise.all([dispatch, stopping])
    expect(order).toEqual(['dispatched', 'excluded'])
    // It waited for the stop and saw it: a snapshot from before would have taken the row.
    expect(await claimed).toEqual([])
    expect((await bench.execution(row)).status).toBe('PENDING')
  })

  test('gives up after its time where something reads the table for long, as a backup does', async () => {
    const backup = await bench.client()
    await backup.query('BEGIN')
    await backup.query('SELECT FROM scheduler_state')
    await expect(
      bench.db.transactional({ label: 'stop' }, (tx) => excludeClaims(tx, 50)),
    ).rejects.toMatchObject({ code: '55P03' })
  })

  test('of claims made all the time, none begins after the stop', async () => {
    const enqueue = (count: number) =>
      bench.db.query(
        `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name)
         SELECT now(), now(), now(), 'api', 'echo' FROM generate_series(1, $1)`,
        [count],
      )
    await enqueue(3_000)
    let isOver = false
    let claims = 0
    let warmed = () => {}
    const isWarm = new Promise<void>((resolve) => {
      warmed = resolve
    })
    const claiming = Array.from({ length: 4 }, async (_, worker) => {
      while (!isOver) {
        await claim({ workerId: `worker-${worker}`, limit: 5 })
        if (++claims === 40) warmed()
      }
    })
    await isWarm
    await bench.db.transactional({ label: 'stop' }, async (tx) => {
      await excludeClaims(tx, 60_000)
      await setSchedulerRunning(tx, false, 'ann')
    })
    await enqueue(20)
    expect(await claim()).toEqual([])
    isOver = true
    await Promise.all(claiming)
    const { changedAt } = await readSchedulerState(bench.db)
    const { rows } = await bench.db.query<{ late: number; started: number }>(
      `SELECT count(*) FILTER (WHERE started_at > $1)::integer AS late, count(*)::integer AS started
       FROM job_executions WHERE status = 'RUNNING'`,
      [changedAt],
    )
    expect(rows[0]!.late).toBe(0)
    expect(rows[0]!.started).toBeLessThanOrEqual(3_000)
    expect(rows[0]!.started).toBeGreaterThanOrEqual(200)
  })
})

describe('a reservation', () => {
  test('lets nothing be claimed while it holds, and everything again once its time is over', async () => {
    const row = await bench.anExecution()
    const cron = await bench.aCron({ nextRunAt: secondsAgo(1) })
    await reserve()
    expect(await claim()).toEqual([])
    expect(idsOf(await lockDueCrons(bench.db, 10))).toEqual([cron.id])
    expect((await readSchedulerState(bench.db)).reservation).toMatchObject({
      reservedBy: 'ann',
      reason: 'upgrade',
      executionId: null,
    })
    await bench.db.query(`UPDATE scheduler_state SET reserved_until = now() - interval '1 ms'`)
    expect((await readSchedulerState(bench.db)).reservation).toBeNull()
    expect(idsOf(await claim())).toEqual([row.id])
  })

  test('for one execution lets that one be claimed from behind all others, and ends with it', async () => {
    await bench.db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name, priority)
       SELECT now(), now(), now(), 'api', 'echo', 5 FROM generate_series(1, 300)`,
    )
    const alone = await bench.anExecution({ priority: -5 })
    await reserve(alone)
    // Another worker, which serves neither its queue nor its handler, does not get it.
    expect(await claim({ ranges: [{ ...RANGE, queue: 'other' }] })).toEqual([])
    expect(await claim({ handlers: ['other'] })).toEqual([])
    expect(idsOf(await claim())).toEqual([alone.id])
    expect(await claim()).toEqual([])
    await finish(alone.id)
    expect((await readSchedulerState(bench.db)).reservation).toBeNull()
    expect(await claim()).toHaveLength(100)
  })

  test('for one execution holds while it backs off, and while the scheduler is stopped nothing is claimed', async () => {
    await bench.anExecution()
    const alone = await bench.anExecution({ waitingFor: 'time', runAt: secondsAhead(60) })
    await reserve(alone)
    expect(await claim()).toEqual([])
    await bench.db.query(`UPDATE job_executions SET waiting_for = NULL, ready_at = now() WHERE id = $1`, [
      alone.id,
    ])
    await stop()
    expect(await claim()).toEqual([])
    await start()
    expect(idsOf(await claim())).toEqual([alone.id])
  })

  test('for an execution that somebody deleted is over', async () => {
    const row = await bench.anExecution()
    const alone = await bench.anExecution()
    await reserve(alone)
    await bench.db.query('DELETE FROM job_executions WHERE id = $1', [alone.id])
    expect(idsOf(await claim())).toEqual([row.id])
  })
})

describe('watchScheduler', () => {
  test('ends a reservation that is over, once, and tells every service; one that holds it leaves', async () => {
    const alone = await bench.anExecution()
    await reserve(alone)
    expect(await watchScheduler(bench.db)).toMatchObject({ isRunning: true, isOpen: false })
    await finish(alone.id)
    const hearing = await bench.listen(CHANNELS.scheduler, 'marker')
    expect(await watchScheduler(bench.db)).toMatchObject({ isOpen: true })
    expect(await watchScheduler(bench.db)).toMatchObject({ isOpen: true })
    await bench.db.query('NOTIFY marker')
    await hearing.until(2)
    expect(hearing.heard).toEqual(['jobu_scheduler', 'marker'])
    const { rows } = await bench.db.query('SELECT reserved_at, reserved_for_execution FROM scheduler_state')
    expect(rows).toEqual([{ reserved_at: null, reserved_for_execution: null }])
  })

  test('does not end a reservation that was made anew while it waited for the row', async () => {
    await reserve(undefined, 60)
    await bench.db.query(
      `UPDATE scheduler_state SET reserved_until = now() - interval '1 second', reserved_at = now() - interval '1 minute'`,
    )
    const alone = await bench.anExecution()
    let watching: Promise<unknown> = Promise.resolve()
    await bench.db.transactional({ label: 'reserve' }, async (tx) => {
      await lockSchedulerState(tx)
      watching = watchScheduler(bench.db)
      await bench.untilBlocked()
      await freeQueue(tx)
      await reserveQueue(tx, { by: 'ben', reason: 'mine', ttlSeconds: 60, execution: alone })
    })
    await watching
    expect((await readSchedulerState(bench.db)).reservation).toMatchObject({
      reservedBy: 'ben',
      executionId: alone.id,
    })
  })
})

describe('schedulerLoad', () => {
  test('counts what can be claimed, and names what runs, the newest first', async () => {
    await bench.anExecution()
    await bench.anExecution({ waitingFor: 'time', runAt: secondsAhead(60) })
    const old = await bench.anExecution({ status: 'RUNNING', startedAt: secondsAgo(60) })
    const young = await bench.anExecution({ status: 'RUNNING', startedAt: secondsAgo(5) })
    expect(await schedulerLoad(bench.db)).toEqual({
      queueLength: 1,
      isQueueExact: true,
      runningIds: [young.id, old.id],
    })
  })

  test('of a long queue counts a part, and says so', async () => {
    await bench.db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name)
       SELECT now(), now(), now(), 'api', 'echo' FROM generate_series(1, 10001)`,
    )
    expect(await schedulerLoad(bench.db)).toMatchObject({ queueLength: 10_000, isQueueExact: false })
  })
})
