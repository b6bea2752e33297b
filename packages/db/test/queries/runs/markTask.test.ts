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
  completeExecutions,
  continueCancels,
  createRun,
  type Database,
  failExecutions,
  type Mark,
  markTask,
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
const mark = (run: number, key: string, status: Mark, comment: string | null = null, item = -1) =>
  db.transactional({ label: 'mark' }, (tx) => markTask(tx, run, key, item, status, 'ann', comment))

describe('markTask', () => {
  test('a task that waits ends at once, and what comes after it runs', async () => {
    const run = await started('a->b->c')
    await mark(run, 'b', 'SUCCESS', 'by hand')
    expect(await statesOf(db, run)).toEqual({ a: 'QUEUED', b: 'SUCCESS MARKED_BY_USER', c: 'QUEUED' })
    const [, b] = await tasksOf(db, run)
    expect(b).toMatchObject({
      result: { marked_by: 'ann', comment: 'by hand' },
      errorMessage: 'marked SUCCESS by ann: by hand',
    })
    await endTasks(db, run, { a: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ b: 'SUCCESS MARKED_BY_USER' })
    await endTasks(db, run, { c: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'SUCCESS', tasksLeft: 0 })
    expect((await tasksOf(db, run)).map((task) => task.executions)).toEqual([1, 0, 1])
  })

  test('one that is skipped counts as skipped', async () => {
    const run = await started('a->b->c[none_failed], b->d')
    await mark(run, 'b', 'SKIPPED')
    expect(await statesOf(db, run)).toEqual({
      a: 'QUEUED',
      b: 'SKIPPED SKIPPED_BY_USER',
      c: 'QUEUED',
      d: 'SKIPPED UPSTREAM_SKIPPED',
    })
  })

  test('a queued task keeps the mark, its execution is cancelled', async () => {
    const run = await started('a->b[one_failed]')
    await mark(run, 'a', 'FAILED')
    expect(await statesOf(db, run)).toEqual({ a: 'FAILED MARKED_BY_USER', b: 'QUEUED' })
    const [a] = await tasksOf(db, run)
    expect(await bench.execution({ id: a!.executionId! })).toMatchObject({ status: 'CANCELLED' })
    expect(await runOf(db, run)).toMatchObject({ tasksLeft: 1, tasksFailed: 1 })
  })

  test('a running task keeps the mark, whatever its handler still does', async () => {
    const run = await started('a->b')
    const [claim] = await claimTasks(db, run, ['a'])
    await mark(run, 'a', 'SUCCESS')
    expect(await statesOf(db, run)).toEqual({ a: 'SUCCESS MARKED_BY_USER', b: 'QUEUED' })
    expect((await bench.execution(claim!)).cancelRequestedAt).not.toBeNull()
    await failExecutions(db, [failureOf(claim!, 'CANCELLED')])
    expect(await statesOf(db, run)).toEqual({ a: 'SUCCESS MARKED_BY_USER', b: 'QUEUED' })
    await endTasks(db, run, { b: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'SUCCESS', tasksFailed: 0 })
  })

  test('a failed task that is marked SUCCESS lets run what was skipped after it; what ran stays', async () => {
    const run = await started('a->b->c, a->alert[one_failed], b->always[all_done]')
    await endTasks(db, run, { a: 'FAILED' })
    await endTasks(db, run, { alert: 'SUCCESS', always: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'FAILED' })
    await mark(run, 'a', 'SUCCESS')
    expect(await statesOf(db, run)).toEqual({
      a: 'SUCCESS MARKED_BY_USER',
      b: 'QUEUED',
      c: 'WAITING',
      alert: 'SUCCESS',
      always: 'SUCCESS',
    })
    expect(await runOf(db, run)).toMatchObject({ status: 'RUNNING', tasksLeft: 2, tasksFailed: 0, round: 1 })
    await endTasks(db, run, { b: 'SUCCESS' })
    await endTasks(db, run, { c: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'SUCCESS', isFollowUpDue: true })
  })

  test('the last failed task that is marked SUCCESS makes a run that has ended SUCCESS', async () => {
    const run = await started('a')
    await endTasks(db, run, { a: 'FAILED' })
    await db.query('UPDATE schedule_runs SET follow_up_at = NULL')
    await mark(run, 'a', 'SUCCESS')
    expect(await runOf(db, run)).toMatchObject({ status: 'SUCCESS', tasksFailed: 0, isFollowUpDue: false })
  })

  test('a success that is marked FAILED runs what waited for a failure', async () => {
    const run = await started('a->b, a->alert[one_failed]')
    await endTasks(db, run, { a: 'SUCCESS' })
    await endTasks(db, run, { b: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ alert: 'SKIPPED NOTHING_FAILED' })
    await mark(run, 'a', 'FAILED')
    expect(await statesOf(db, run)).toEqual({ a: 'FAILED MARKED_BY_USER', b: 'SUCCESS', alert: 'QUEUED' })
    await endTasks(db, run, { alert: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'FAILED' })
  })

  test('a list that is marked ends, and its items are cancelled', async () => {
    const run = await started([
      { key: 'list', isDecided: true },
      { key: 'join', after: ['list'] },
    ])
    await expandTask(db, run, 'list', [1, 2])
    const [claim] = await claimTasks(db, run, ['list.1'])
    await mark(run, 'list', 'SUCCESS')
    expect(await statesOf(db, run)).toEqual({
      list: 'SUCCESS MARKED_BY_USER',
      'list.0': 'CANCELLED',
      'list.1': 'QUEUED',
      join: 'QUEUED',
    })
    await completeExecutions(db, [{ ...claim!, result: 'null' }])
    expect(await statesOf(db, run)).toMatchObject({ list: 'SUCCESS MARKED_BY_USER' })
    expect(await runOf(db, run)).toMatchObject({ tasksLeft: 1 })
  })

  test('of a list that is marked the items that end later are still counted', async () => {
    const run = await started([{ key: 'list', isDecided: true }])
    await expandTask(db, run, 'list', [1, 2, 3])
    const [claim] = await claimTasks(db, run, ['list.1'])
    const counts = async () =>
      (
        await db.query(
          'SELECT state, items_left, items_failed FROM task_runs WHERE run_id = $1 AND item = -1',
          [run],
        )
      ).rows[0]
    await mark(run, 'list', 'SUCCESS')
    expect(await counts()).toEqual({ state: 'SUCCESS', items_left: 1, items_failed: 2 })
    await completeExecutions(db, [{ ...claim!, result: 'null' }])
    expect(await counts()).toEqual({ state: 'SUCCESS', items_left: 0, items_failed: 2 })
  })

  test('an item that is marked counts for its list, also once that has ended', async () => {
    const run = await started([
      { key: 'list', isDecided: true },
      { key: 'join', after: ['list'] },
    ])
    await expandTask(db, run, 'list', ['x', 'y'])
    await mark(run, 'list', 'FAILED', null, 0)
    await endTasks(db, run, { 'list.1': 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({
      list: 'FAILED ITEM_FAILED',
      join: 'SKIPPED UPSTREAM_FAILED',
    })
    await mark(run, 'list', 'SUCCESS', null, 0)
    expect(await statesOf(db, run)).toMatchObject({ list: 'SUCCESS', join: 'QUEUED' })
    expect((await tasksOf(db, run)).find((task) => task.item === 0)).toMatchObject({ result: 'x' })
  })

  test('a task that is another run ends, and that run is cancelled', async () => {
    const child = await aSchedule(db, 'x')
    const run = await started([
      { key: 'sub', kind: 'schedule' },
      { key: 'b', after: ['sub'] },
    ])
    const [sub] = await tasksOf(db, run)
    const childRun = await db.transactional({ label: 'child' }, async (tx) => {
      const { id } = await createRun(tx, {
        scheduleId: child.id,
        trigger: 'schedule',
        scheduledTime: new Date(),
        by: null,
        parentTaskRunId: sub!.id,
      })
      await tx.query(
        `UPDATE task_runs SET state = 'SUBRUN', child_run_id = $2, attention_at = NULL WHERE id = $1`,
        [sub!.id, id],
      )
      await startPendingRuns(tx, child.id)
      return id
    })
    await mark(run, 'sub', 'SUCCESS')
    expect(await statesOf(db, run)).toMatchObject({ sub: 'SUCCESS MARKED_BY_USER', b: 'QUEUED' })
    await continueCancels(db)
    expect(await runOf(db, childRun)).toMatchObject({ status: 'CANCELLED' })
  })

  test('refuses what there is not, what is so already, and a run that has not started', async () => {
    const { id: scheduleId } = await aSchedule(db, 'a')
    const run = await aRun(db, scheduleId)
    await endTasks(db, run, { a: 'SUCCESS' })
    await expect(mark(run, 'a', 'SUCCESS')).rejects.toMatchObject({ code: 'TASK_STATE' })
    await expect(mark(run, 'x', 'SUCCESS')).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await expect(mark(run, 'a', 'SUCCESS', null, 3)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await expect(mark(run + 1, 'a', 'SUCCESS')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    const { id } = await createRun(db, { scheduleId, trigger: 'manual', scheduledTime: new Date(), by: null })
    await expect(mark(id, 'a', 'SUCCESS')).rejects.toMatchObject({ code: 'RUN_NOT_ACTIVE' })
  })
})
