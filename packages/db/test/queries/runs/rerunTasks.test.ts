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
import { cancelRun, type Database, failExecutions, rerunTasks } from '../../../src/index.ts'

let bench: Bench
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  db = bench.db
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const started = async (dag: Parameters<typeof aSchedule>[1]) => aRun(db, (await aSchedule(db, dag)).id)
const rerun = (run: number, what: Parameters<typeof rerunTasks>[2]) =>
  db.transactional({ label: 'rerun' }, (tx) => rerunTasks(tx, run, what, 'ann'))

describe('rerunTasks', () => {
  test('from the failed tasks: what succeeded before them is not run again', async () => {
    const run = await started(
      'extract->left->report, extract->right->report, report->alert[one_failed], other',
    )
    await endTasks(db, run, { extract: 'SUCCESS', other: 'SUCCESS' })
    await endTasks(db, run, { left: 'FAILED', right: 'SUCCESS' })
    await endTasks(db, run, { alert: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'FAILED', tasksLeft: 0 })
    const before = await tasksOf(db, run)

    await rerun(run, { from: 'failed' })
    expect(await statesOf(db, run)).toEqual({
      extract: 'SUCCESS',
      left: 'QUEUED',
      report: 'WAITING',
      right: 'SUCCESS',
      alert: 'WAITING',
      other: 'SUCCESS',
    })
    expect(await runOf(db, run)).toEqual({
      status: 'RUNNING',
      tasksLeft: 3,
      tasksFailed: 0,
      round: 2,
      isFinished: false,
      isFollowUpDue: false,
    })
    await endTasks(db, run, { left: 'SUCCESS' })
    await endTasks(db, run, { report: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ alert: 'SKIPPED NOTHING_FAILED' })
    expect(await runOf(db, run)).toMatchObject({ status: 'SUCCESS', isFollowUpDue: true })
    const after = await tasksOf(db, run)
    expect(Object.fromEntries(after.map((task) => [task.key, task.executions]))).toEqual({
      extract: 1,
      left: 2,
      report: 1,
      right: 1,
      alert: 1,
      other: 1,
    })
    const left = (tasks: typeof before) => tasks.find((task) => task.key === 'left')!
    expect(left(after).earlierExecutions).toEqual([left(before).executionId])
  })

  test('from a task: it and what comes after it, whatever became of them', async () => {
    const run = await started('a->b->c, a->d')
    for (const key of ['a', 'b', 'c']) await endTasks(db, run, { [key]: 'SUCCESS' })
    await rerun(run, { task: 'b' })
    expect(await statesOf(db, run)).toEqual({ a: 'SUCCESS', b: 'QUEUED', c: 'WAITING', d: 'QUEUED' })
    expect(await runOf(db, run)).toMatchObject({ status: 'RUNNING', tasksLeft: 3 })
  })

  test('all', async () => {
    const run = await started('a->b')
    for (const key of ['a', 'b']) await endTasks(db, run, { [key]: 'SUCCESS' })
    await rerun(run, { from: 'all' })
    expect(await statesOf(db, run)).toEqual({ a: 'QUEUED', b: 'WAITING' })
    await endTasks(db, run, { a: 'SUCCESS' })
    await endTasks(db, run, { b: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'SUCCESS', round: 2 })
    expect((await tasksOf(db, run)).map((task) => task.executions)).toEqual([2, 2])
  })

  test('while the run goes on, a failed task is run again, and what waits for others goes on waiting', async () => {
    const run = await started('a->c[all_done], b->c')
    await endTasks(db, run, { a: 'FAILED' })
    await rerun(run, { from: 'failed' })
    expect(await statesOf(db, run)).toEqual({ a: 'QUEUED', c: 'WAITING', b: 'QUEUED' })
    await endTasks(db, run, { b: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ c: 'WAITING' })
    await endTasks(db, run, { a: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ c: 'QUEUED' })
  })

  test('refuses, naming them, while tasks that are to run again are active', async () => {
    const run = await started('a->b[one_failed], c->b')
    await endTasks(db, run, { a: 'FAILED' })
    await expect(rerun(run, { from: 'failed' })).rejects.toMatchObject({
      code: 'TASK_NOT_RERUNNABLE',
      message: 'Not all of what is to run again has ended: b (QUEUED)',
    })
    expect(await runOf(db, run)).toMatchObject({ round: 1 })
  })

  test('refuses where nothing failed, where the task has not run, and what there is not', async () => {
    const run = await started('a->b')
    await expect(rerun(run, { from: 'failed' })).rejects.toMatchObject({ code: 'TASK_NOT_RERUNNABLE' })
    await expect(rerun(run, { task: 'b' })).rejects.toMatchObject({ code: 'TASK_NOT_RERUNNABLE' })
    await expect(rerun(run, { task: 'x' })).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await expect(rerun(run + 1, { from: 'all' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })

  test('refuses while the run is being cancelled, and reruns it once it is', async () => {
    const run = await started('a->b')
    const [claim] = await claimTasks(db, run, ['a'])
    await db.transactional({ label: 'cancel' }, (tx) => cancelRun(tx, run, 'ann'))
    await expect(rerun(run, { from: 'failed' })).rejects.toMatchObject({ code: 'TASK_NOT_RERUNNABLE' })
    await failExecutions(db, [failureOf(claim!, 'CANCELLED')])
    expect(await runOf(db, run)).toMatchObject({ status: 'CANCELLED' })
    await rerun(run, { from: 'failed' })
    await endTasks(db, run, { a: 'SUCCESS' })
    await endTasks(db, run, { b: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'SUCCESS' })
  })

  test('a slot that was skipped is started', async () => {
    const { id } = await aSchedule(db, 'a')
    const { rows } = await db.query<{ id: number }>(
      `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger, status, finished_at, reason, error_message)
       SELECT id, version_id, now(), 'cron', 'CANCELLED', now(), 'OVERLAP', 'the one before still ran' FROM schedules WHERE id = $1 RETURNING id`,
      [id],
    )
    await rerun(rows[0]!.id, { from: 'failed' })
    expect(await statesOf(db, rows[0]!.id)).toEqual({ a: 'QUEUED' })
  })

  test("refuses another engine's run", async () => {
    const { id } = await aSchedule(db, 'a')
    const { rows } = await db.query<{ id: number }>(
      `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger, status, finished_at, started_at, external_run_id)
       SELECT id, version_id, now(), 'external', 'FAILED', now(), now(), 'x' FROM schedules WHERE id = $1 RETURNING id`,
      [id],
    )
    await expect(rerun(rows[0]!.id, { from: 'failed' })).rejects.toMatchObject({
      code: 'TASK_NOT_RERUNNABLE',
    })
  })

  test('a list is decided anew: its items are gone', async () => {
    const run = await started([
      { key: 'list', isDecided: true },
      { key: 'join', after: ['list'] },
    ])
    await expandTask(db, run, 'list', [1, 2])
    await endTasks(db, run, { 'list.0': 'SUCCESS', 'list.1': 'FAILED' })
    await rerun(run, { from: 'failed' })
    expect(await statesOf(db, run)).toEqual({ list: 'DECIDING', join: 'WAITING' })
    expect(await runOf(db, run)).toMatchObject({ status: 'RUNNING', tasksLeft: 2, tasksFailed: 0 })
  })
})
