import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from '../../../../../test/support/builders.ts'
import {
  aRun,
  aSchedule,
  claimTasks,
  endTasks,
  expandTask,
  failureOf,
  runOf,
  statesOf,
  tasksOf,
} from '../../../../../test/support/workflows.ts'
import {
  cancelRun,
  continueCancels,
  createRun,
  type Database,
  failExecutions,
  settleChild,
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
const cancel = (run: number) => db.transactional({ label: 'cancel' }, (tx) => cancelRun(tx, run, 'ann'))

/** A run whose task `sub` is a run of another schedule with the tasks x -> y. */
async function withChild(): Promise<{ run: number; child: number }> {
  const other = await aSchedule(db, 'x->y')
  const run = await started([
    { key: 'sub', kind: 'schedule' },
    { key: 'b', after: ['sub'] },
  ])
  const [sub] = await tasksOf(db, run)
  const { id: child } = await createRun(db, {
    scheduleId: other.id,
    trigger: 'schedule',
    scheduledTime: new Date(),
    params: { day: 1 },
    by: null,
    parentTaskRunId: sub!.id,
  })
  await db.query(
    `UPDATE task_runs SET state = 'SUBRUN', child_run_id = $2, attention_at = NULL WHERE id = $1`,
    [sub!.id, child],
  )
  await db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, other.id))
  return { run, child }
}

describe('cancelRun', () => {
  test('what waits is cancelled at once, what is queued next, and what runs is asked to stop', async () => {
    const run = await started('a->b->c, d')
    const [claim] = await claimTasks(db, run, ['a'])
    await cancel(run)
    expect(await statesOf(db, run)).toEqual({
      a: 'QUEUED',
      b: 'CANCELLED RUN_CANCELLED',
      c: 'CANCELLED RUN_CANCELLED',
      d: 'QUEUED',
    })
    expect(await runOf(db, run)).toMatchObject({ status: 'RUNNING', tasksLeft: 2 })
    const hearing = await bench.listen('jobu_cancel')
    expect(await continueCancels(db, run)).toBe(2)
    await hearing.until(1)
    expect(hearing.heard).toEqual([`jobu_cancel ${claim!.id}`])
    expect(await statesOf(db, run)).toMatchObject({ a: 'QUEUED', d: 'CANCELLED' })
    expect(await continueCancels(db)).toBe(0)
    await failExecutions(db, [failureOf(claim!, 'CANCELLED')])
    expect(await runOf(db, run)).toMatchObject({ status: 'CANCELLED', tasksLeft: 0, isFollowUpDue: true })
  })

  test('a task that succeeds meanwhile releases nothing', async () => {
    const run = await started('a->b')
    await claimTasks(db, run, ['a'])
    await cancel(run)
    await db.query(`UPDATE job_executions SET status = 'PENDING', ready_at = now(), lease_expires_at = NULL`)
    await endTasks(db, run, { a: 'SUCCESS' })
    expect(await statesOf(db, run)).toEqual({ a: 'SUCCESS', b: 'CANCELLED RUN_CANCELLED' })
    expect(await runOf(db, run)).toMatchObject({ status: 'CANCELLED' })
  })

  test('what is left over by an admin that died is finished for all runs', async () => {
    const runs = [await started('a->b'), await started('a->b')]
    for (const run of runs) await cancel(run)
    expect(await continueCancels(db)).toBe(2)
    for (const run of runs) expect(await runOf(db, run)).toMatchObject({ status: 'CANCELLED' })
  })

  test('a run that is PENDING ends without having had a task', async () => {
    const { id } = await aSchedule(db, 'a')
    const run = await createRun(db, {
      scheduleId: id,
      trigger: 'manual',
      scheduledTime: new Date(),
      by: null,
    })
    await cancel(run.id)
    expect(await runOf(db, run.id)).toMatchObject({ status: 'CANCELLED', isFollowUpDue: true })
    expect(await db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, id))).toBe(0)
    expect(await statesOf(db, run.id)).toEqual({})
  })

  test('a run of which only decisions and approvals are open ends at once', async () => {
    const run = await started([
      { key: 'a', kind: 'approval' },
      { key: 'b', isDecided: true },
    ])
    await cancel(run)
    expect(await runOf(db, run)).toMatchObject({ status: 'CANCELLED' })
    const { rows } = await db.query('SELECT FROM task_runs WHERE attention_at IS NOT NULL')
    expect(rows).toEqual([])
  })

  test('a list is CANCELLED with its items', async () => {
    const run = await started([
      { key: 'list', isDecided: true },
      { key: 'join', after: ['list'] },
    ])
    await expandTask(db, run, 'list', [1, 2])
    await cancel(run)
    await continueCancels(db, run)
    expect(await statesOf(db, run)).toEqual({
      list: 'CANCELLED RUN_CANCELLED',
      'list.0': 'CANCELLED',
      'list.1': 'CANCELLED',
      join: 'CANCELLED RUN_CANCELLED',
    })
    expect(await runOf(db, run)).toMatchObject({ status: 'CANCELLED' })
  })

  test('the runs that are tasks of it are cancelled too, and end it', async () => {
    const { run, child } = await withChild()
    await cancel(run)
    await continueCancels(db, run)
    expect(await runOf(db, child)).toMatchObject({ status: 'CANCELLED', isFollowUpDue: true })
    expect(await statesOf(db, run)).toMatchObject({ sub: 'SUBRUN' })
    expect(await db.transactional({ label: 'child' }, (tx) => settleChild(tx, child))).toBe(true)
    expect(await statesOf(db, run)).toMatchObject({ sub: 'CANCELLED RUN_CANCELLED' })
    expect(await runOf(db, run)).toMatchObject({ status: 'CANCELLED' })
  })

  test('refuses a run that has ended, and one there is not', async () => {
    const run = await started('a')
    await endTasks(db, run, { a: 'SUCCESS' })
    await expect(cancel(run)).rejects.toMatchObject({ code: 'RUN_NOT_ACTIVE' })
    await expect(cancel(run + 1)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })
})

describe('settleChild', () => {
  const settle = (run: number) => db.transactional({ label: 'child' }, (tx) => settleChild(tx, run))

  test('the task ends as its run did', async () => {
    const { run, child } = await withChild()
    expect(await settle(child)).toBe(false)
    await endTasks(db, child, { x: 'SUCCESS' })
    await endTasks(db, child, { y: 'SUCCESS' })
    expect(await settle(child)).toBe(true)
    expect(await statesOf(db, run)).toEqual({ sub: 'SUCCESS', b: 'QUEUED' })
    expect((await tasksOf(db, run))[0]!.result).toEqual({
      run_id: child,
      status: 'SUCCESS',
      params: { day: 1 },
    })
    expect(await settle(child)).toBe(false)
  })

  test('a failed run fails its task, and a rerun of it changes nothing there', async () => {
    const { run, child } = await withChild()
    await endTasks(db, child, { x: 'FAILED' })
    await settle(child)
    expect(await statesOf(db, run)).toEqual({ sub: 'FAILED RUN_FAILED', b: 'SKIPPED UPSTREAM_FAILED' })
    expect(await settle(child)).toBe(false)
  })

  test('a run that is no task of another changes nothing', async () => {
    expect(await settle(await started('a'))).toBe(false)
  })
})
