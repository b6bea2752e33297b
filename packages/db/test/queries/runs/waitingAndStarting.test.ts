import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from '../../../../../test/support/builders.ts'
import { aRun, aSchedule, endTasks, runOf, statesOf, tasksOf } from '../../../../../test/support/workflows.ts'
import {
  createRun,
  type Database,
  decideApproval,
  matchSignals,
  sendSignal,
  startPendingRuns,
} from '../../../src/index.ts'

let bench: Bench
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  db = bench.db
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const started = async (dag: Parameters<typeof aSchedule>[1]) => aRun(db, (await aSchedule(db, dag)).id)
/** As a dispatcher does with what is to be awaited. */
const begin = (run: number, result: unknown = null) =>
  db.query(
    `UPDATE task_runs SET state = 'AWAITING', attention_at = now() + interval '1 hour', result = $2 WHERE run_id = $1 AND state = 'DECIDING'`,
    [run, JSON.stringify(result)],
  )
const APPROVAL = [
  { key: 'ok', kind: 'approval' as const, spec: { approval: { role: 'admin' } } },
  { key: 'next', after: ['ok'] },
]
const EVENT = [
  { key: 'file', kind: 'event' as const },
  { key: 'next', after: ['file'] },
]

describe('decideApproval', () => {
  const decide = (run: number, decision: 'approve' | 'reject', role?: 'operator' | 'admin') =>
    db.transactional({ label: 'decide' }, (tx) =>
      decideApproval(tx, run, 'ok', decision, {
        by: 'ann',
        comment: 'fine',
        data: { limit: 3 },
        ...(role ? { role } : {}),
      }),
    )

  test('approved, its result says by whom, and the next task runs', async () => {
    const run = await started(APPROVAL)
    await begin(run)
    await decide(run, 'approve', 'admin')
    expect(await statesOf(db, run)).toEqual({ ok: 'SUCCESS', next: 'QUEUED' })
    expect((await tasksOf(db, run))[0]!.result).toEqual({
      approved_by: 'ann',
      comment: 'fine',
      data: { limit: 3 },
    })
    await expect(decide(run, 'reject')).rejects.toMatchObject({ code: 'TASK_NOT_AWAITING' })
  })

  test('rejected, it has failed', async () => {
    const run = await started(APPROVAL)
    await begin(run)
    await decide(run, 'reject')
    expect(await statesOf(db, run)).toEqual({ ok: 'FAILED REJECTED', next: 'SKIPPED UPSTREAM_FAILED' })
    expect((await tasksOf(db, run))[0]!.errorMessage).toBe('rejected by ann: fine')
    expect(await runOf(db, run)).toMatchObject({ status: 'FAILED' })
  })

  test('refuses a role that is too low, a task that is no approval, and one that does not wait yet', async () => {
    const run = await started(APPROVAL)
    await expect(decide(run, 'approve')).rejects.toMatchObject({ code: 'TASK_NOT_AWAITING' })
    await begin(run)
    await expect(decide(run, 'approve', 'operator')).rejects.toMatchObject({ code: 'APPROVAL_ROLE' })
    const plain = await aRun(db, (await aSchedule(db, 'ok')).id)
    await expect(decide(plain, 'approve')).rejects.toMatchObject({ code: 'TASK_NOT_AWAITING' })
    await expect(decide(await started('a'), 'approve')).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await expect(decide(plain + 10, 'approve')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })
})

describe('sendSignal', () => {
  const send = (name: string, payload: unknown = null) =>
    db.transactional({ label: 'send' }, (tx) => sendSignal(tx, { name, payload, by: 'ann' }))

  test('ends the tasks of all runs that wait for this event', async () => {
    const runs = [await started(EVENT), await started(EVENT), await started(EVENT)]
    await begin(runs[0]!, { event: 'file.arrived' })
    await begin(runs[1]!, { event: 'file.arrived' })
    await begin(runs[2]!, { event: 'other' })
    const { id, released } = await send('file.arrived', { path: '/in' })
    expect(released).toBe(2)
    for (const run of runs.slice(0, 2))
      expect(await statesOf(db, run)).toEqual({ file: 'SUCCESS', next: 'QUEUED' })
    expect(await statesOf(db, runs[2]!)).toEqual({ file: 'AWAITING', next: 'WAITING' })
    expect((await tasksOf(db, runs[0]!))[0]!.result).toMatchObject({
      signal_id: id,
      payload: { path: '/in' },
    })
    expect(await send('file.arrived')).toMatchObject({ released: 0 })
  })

  test('one that came before the task waited counts, for runs that were there by then', async () => {
    const early = await started(EVENT)
    await send('file.arrived')
    const late = await started(EVENT)
    for (const run of [early, late]) await begin(run, { event: 'file.arrived' })
    expect(await matchSignals(db)).toBe(1)
    expect(await statesOf(db, early)).toMatchObject({ file: 'SUCCESS' })
    expect(await statesOf(db, late)).toMatchObject({ file: 'AWAITING' })
  })

  test('a task that begins to wait while its event is being sent is ended at the next look', async () => {
    const run = await started(EVENT)
    const waits = await bench.client()
    await waits.query('BEGIN')
    await waits.query(
      `UPDATE task_runs SET state = 'AWAITING', attention_at = NULL, result = '{"event": "e"}' WHERE run_id = $1 AND state = 'DECIDING'`,
      [run],
    )
    expect(await send('e')).toMatchObject({ released: 0 })
    await waits.query('COMMIT')
    expect(await matchSignals(db)).toBe(1)
    expect(await statesOf(db, run)).toMatchObject({ next: 'QUEUED' })
  })
})

describe('startPendingRuns', () => {
  const make = async (scheduleId: number, isExclusive = false) =>
    (await createRun(db, { scheduleId, trigger: 'manual', scheduledTime: new Date(), by: null, isExclusive }))
      .id
  const start = (id: number | null) => db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, id))
  const statuses = async (runs: number[]) =>
    Promise.all(runs.map(async (run) => (await runOf(db, run)).status))

  test('starts the oldest, as many as may be active at once', async () => {
    const { id } = await aSchedule(db, 'a', { maxActiveRuns: 2 })
    const runs = [await make(id), await make(id), await make(id)]
    expect(await start(id)).toBe(2)
    expect(await statuses(runs)).toEqual(['RUNNING', 'RUNNING', 'PENDING'])
    expect(await start(id)).toBe(0)
    await endTasks(db, runs[1]!, { a: 'SUCCESS' })
    expect(await start(null)).toBe(1)
    expect(await statuses(runs)).toEqual(['RUNNING', 'SUCCESS', 'RUNNING'])
  })

  test('an exclusive run waits until nothing else runs, and those after it with it', async () => {
    const { id } = await aSchedule(db, 'a')
    const runs = [await make(id), await make(id, true), await make(id)]
    expect(await start(id)).toBe(1)
    expect(await start(id)).toBe(0)
    await endTasks(db, runs[0]!, { a: 'SUCCESS' })
    expect(await start(id)).toBe(2)
    expect(await statuses(runs)).toEqual(['SUCCESS', 'RUNNING', 'RUNNING'])
  })

  test('many who start at once never exceed the limit, and start every run once', async () => {
    const { id } = await aSchedule(db, 'a', { maxActiveRuns: 3 })
    const runs: number[] = []
    for (let i = 0; i < 12; i++) runs.push(await make(id))
    for (let left = runs.length; left > 0; ) {
      await Promise.all(Array.from({ length: 8 }, () => start(null)))
      const { rows } = await db.query<{ id: number }>(
        `SELECT id FROM schedule_runs WHERE status = 'RUNNING' ORDER BY id`,
      )
      expect(rows).toHaveLength(3)
      for (const run of rows) await endTasks(db, run.id, { a: 'SUCCESS' })
      left -= rows.length
    }
    const { rows } = await db.query('SELECT FROM job_executions')
    expect(rows).toHaveLength(12)
  })

  test('leaves a schedule alone that another one starts runs of, and those of another engine', async () => {
    const { id } = await aSchedule(db, 'a')
    await make(id)
    const other = await bench.client()
    await other.query('BEGIN')
    await other.query('SELECT FROM schedules WHERE id = $1 FOR NO KEY UPDATE', [id])
    expect(await start(null)).toBe(0)
    await other.query('ROLLBACK')
    await db.query(`UPDATE schedules SET engine = 'airflow'`)
    expect(await start(null)).toBe(0)
    await db.query(`UPDATE schedules SET engine = 'jobu'`)
    expect(await start(null)).toBe(1)
  })

  test('a run keeps the version it was made with', async () => {
    const { id, versionId } = await aSchedule(db, 'a')
    const run = await make(id)
    const newer = await aSchedule(db, 'b')
    await db.query('UPDATE schedules SET version_id = $2 WHERE id = $1', [id, newer.versionId])
    await start(id)
    expect(await statesOf(db, run)).toEqual({ a: 'QUEUED' })
    expect(newer.versionId).not.toBe(versionId)
  })

  test('createRun refuses a schedule that is deleted', async () => {
    const { id } = await aSchedule(db, 'a')
    await db.query('UPDATE schedules SET is_enabled = false, deleted_at = now()')
    await expect(make(id)).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' })
  })

  test('createRun waits for one that is being deleted: its cancelled runs would not be all of them', async () => {
    const { id } = await aSchedule(db, 'a')
    let made: Promise<unknown> | undefined
    await db.transactional({ label: 'delete' }, async (tx) => {
      await tx.query('SELECT FROM schedules WHERE id = $1 FOR UPDATE', [id])
      made = make(id).catch(({ code }) => code)
      await Promise.race([made, bench.untilBlocked()])
      await tx.query('UPDATE schedules SET is_enabled = false, deleted_at = now() WHERE id = $1', [id])
    })
    expect(await made).toBe('SCHEDULE_NOT_FOUND')
  })
})
