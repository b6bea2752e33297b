import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAhead } from '../../../../test/support/builders.ts'
import {
  CHANNELS,
  changeExecution,
  deleteExecutions,
  insertExecutions,
  listFacets,
  pruneFacets,
  writeSlots,
} from '../../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(async () => {
  await bench.clear()
  await bench.db.query('DELETE FROM execution_facets')
})
afterAll(() => bench.close())

const facets = async () =>
  (await listFacets(bench.db))
    .map(({ handlerName, queue, paramSource, priority }) =>
      [handlerName, queue, paramSource, priority].join(' '),
    )
    .sort()
/** As if nothing had had it for two days. */
const forget = () => bench.db.query(`UPDATE execution_facets SET unused_since = now() - interval '2 days'`)

describe('the directory of facets', () => {
  test('knows what jobs, slots and plain SQL insert, each once', async () => {
    const job = { handlerName: 'a', paramSource: 'api' as const }
    await insertExecutions(bench.db, [job, { ...job, queue: 'slow' }, job, { ...job, priority: 3 }])
    const cron = await bench.aCron({ handlerName: 'b' })
    const slot = { jobId: cron.id, slot: new Date(), runAt: new Date(), waitingFor: null, skipped: null }
    await writeSlots(bench.db, [slot], [])
    await bench.db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name)
       SELECT now(), now(), now(), 'event', 'c' FROM generate_series(1, 5)`,
    )
    expect(await facets()).toEqual([
      'a default api 0',
      'a default api 3',
      'a slow api 0',
      'b default cron 0',
      'c default event 0',
    ])
    expect((await listFacets(bench.db, { queue: 'default', paramSources: ['api', 'event'] })).length).toBe(3)
  })

  test('two transactions that bring the same one at once both commit', async () => {
    const [one, other] = [await bench.client(), await bench.client()]
    const insert = `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name, queue)
      SELECT now(), now(), now(), 'api', 'new', q FROM unnest($1::text[]) AS q`
    await one.query('BEGIN')
    await one.query(insert, [['x', 'y']])
    const second = other.query(insert, [['y', 'x', 'z']])
    await bench.untilBlocked()
    await one.query('COMMIT')
    await second
    expect(await facets()).toEqual(['new x api 0', 'new y api 0', 'new z api 0'])
  })

  test('forgets what no execution has had for a day, and nothing else', async () => {
    const job = { paramSource: 'api' as const }
    const [kept, gone] = await insertExecutions(bench.db, [
      { ...job, handlerName: 'kept' },
      { ...job, handlerName: 'gone' },
    ])
    await bench.anExecution({ handlerName: 'runs', status: 'RUNNING' })
    await bench.anExecution({ handlerName: 'ran', status: 'SKIPPED' })
    await pruneFacets(bench.db)
    expect((await facets()).length).toBe(4)
    await deleteExecutions(bench.db, [gone!])
    await pruneFacets(bench.db)
    expect((await facets()).length).toBe(4)
    await bench.db.query(`UPDATE execution_facets SET unused_since = unused_since - interval '25 hours'`)
    await pruneFacets(bench.db)
    expect(await facets()).toEqual(['kept default api 0', 'ran default api 0', 'runs default api 0'])
    expect(kept).toBeDefined()
  })

  test('an insert that is not committed yet keeps what is about to be forgotten', async () => {
    const job = { handlerName: 'rare', paramSource: 'api' as const }
    const [key] = await insertExecutions(bench.db, [job])
    await deleteExecutions(bench.db, [key!])
    await forget()
    const writer = await bench.client()
    await writer.query('BEGIN')
    await writer.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name) VALUES (now(), now(), now(), 'api', 'rare')`,
    )
    const pruning = pruneFacets(bench.db)
    await bench.untilBlocked()
    await writer.query('COMMIT')
    await pruning
    expect(await facets()).toEqual(['rare default api 0'])
  })

  test('an insert behind the one that forgets it brings it back', async () => {
    await insertExecutions(bench.db, [{ handlerName: 'rare', paramSource: 'api' }])
    await bench.db.query('DELETE FROM job_executions')
    await forget()
    const pruner = await bench.client()
    await pruner.query('BEGIN')
    await pruner.query('DELETE FROM execution_facets')
    const inserting = insertExecutions(bench.db, [{ handlerName: 'rare', paramSource: 'api' }])
    await bench.untilBlocked()
    await pruner.query('COMMIT')
    await inserting
    expect(await facets()).toEqual(['rare default api 0'])
  })
})

describe('changeExecution', () => {
  test('a new priority is a facet, and wakes the workers of its queue', async () => {
    const row = await bench.anExecution({ queue: 'q' })
    const hearing = await bench.listen(CHANNELS.work, CHANNELS.dispatch)
    expect(await changeExecution(bench.db, row, { priority: 7 })).toEqual({
      id: row.id,
      scheduledTime: row.scheduledTime,
    })
    expect(await facets()).toContain('echo q api 7')
    await hearing.until(1)
    expect(hearing.heard).toEqual(['jobu_work q'])
    expect(await bench.execution(row)).toMatchObject({ priority: 7, readyAt: row.readyAt })
  })

  test('a time ahead makes it wait, and the dispatchers hear of it; a past one makes it ready', async () => {
    const row = await bench.anExecution()
    const hearing = await bench.listen(CHANNELS.work, CHANNELS.dispatch)
    const scheduledTime = secondsAhead(45 * 86_400)
    const key = await changeExecution(bench.db, row, { scheduledTime })
    expect(key).toEqual({ id: row.id, scheduledTime })
    expect(await bench.execution(row)).toMatchObject({
      runAt: scheduledTime,
      readyAt: null,
      waitingFor: 'time',
    })
    await hearing.until(1)
    expect(hearing.heard).toEqual(['jobu_crons'])
    await changeExecution(bench.db, key!, { scheduledTime: null })
    expect(await bench.execution(row)).toMatchObject({ waitingFor: null, readyAt: expect.any(Date) })
    await hearing.until(2)
    expect(hearing.heard[1]).toBe('jobu_work default')
  })

  test('leaves alone what is not PENDING, and the time of a slot', async () => {
    const cron = await bench.aCron()
    const rows = [
      await bench.anExecution({ status: 'RUNNING' }),
      await bench.anExecution({ status: 'FAILED' }),
      await bench.anExecution({ jobId: cron.id }),
    ]
    const before = await bench.executions()
    for (const row of rows) {
      expect(await changeExecution(bench.db, row, { scheduledTime: null, priority: 1 })).toBeNull()
    }
    expect(await bench.executions()).toEqual(before)
  })
})
