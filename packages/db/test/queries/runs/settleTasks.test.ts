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
  cancelExecutions,
  completeExecutions,
  type Database,
  failExecutions,
  retryExecutions,
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

describe('jobu_settle_tasks', () => {
  test('a task runs once all before it have succeeded, and the run ends with its last task', async () => {
    const run = await started('a->b->d, a->c->d')
    expect(await statesOf(db, run)).toEqual({ a: 'QUEUED', b: 'WAITING', d: 'WAITING', c: 'WAITING' })
    await endTasks(db, run, { a: 'SUCCESS' })
    expect(await statesOf(db, run)).toEqual({ a: 'SUCCESS', b: 'QUEUED', d: 'WAITING', c: 'QUEUED' })
    await endTasks(db, run, { b: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ d: 'WAITING' })
    await endTasks(db, run, { c: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'RUNNING', tasksLeft: 1 })
    await endTasks(db, run, { d: 'SUCCESS' })
    expect(await runOf(db, run)).toEqual({
      status: 'SUCCESS',
      tasksLeft: 0,
      tasksFailed: 0,
      round: 1,
      isFinished: true,
      isFollowUpDue: true,
    })
    expect((await tasksOf(db, run)).map((task) => task.executions)).toEqual([1, 1, 1, 1])
  })

  test('what comes after a failed task is skipped as failed, one_failed runs, and the run is FAILED', async () => {
    const run = await started('a->b->c, c->alert[one_failed], c->end[all_done]')
    await endTasks(db, run, { a: 'FAILED' })
    expect(await statesOf(db, run)).toEqual({
      a: 'FAILED',
      b: 'SKIPPED UPSTREAM_FAILED',
      c: 'SKIPPED UPSTREAM_FAILED',
      alert: 'QUEUED',
      end: 'QUEUED',
    })
    await endTasks(db, run, { alert: 'SUCCESS', end: 'SUCCESS' })
    expect(await runOf(db, run)).toMatchObject({ status: 'FAILED', tasksLeft: 0, tasksFailed: 1 })
  })

  test('one_success and one_failed run at the first, without waiting for the others', async () => {
    const run = await started('a->any[one_success], b->any, a->bad[one_failed], b->bad')
    await endTasks(db, run, { a: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ any: 'QUEUED', bad: 'WAITING' })
    await endTasks(db, run, { b: 'TIMEOUT', any: 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ any: 'SUCCESS', bad: 'QUEUED' })
  })

  test('a failed attempt that is tried again moves nothing', async () => {
    const run = await started([
      { key: 'a', maxRetry: 1 },
      { key: 'b', after: ['a'] },
    ])
    const [claim] = await claimTasks(db, run, ['a'])
    await failExecutions(db, [{ ...failureOf(claim!), retryDelayMs: 0 }])
    expect(await statesOf(db, run)).toEqual({ a: 'QUEUED', b: 'WAITING' })
  })

  test('the execution of a task that a person cancels ends its task, and no retry of its own brings it back', async () => {
    const run = await started('a->b')
    const [task] = await tasksOf(db, run)
    const key = { id: task!.executionId!, scheduledTime: task!.executionTime! }
    await cancelExecutions(db, [key], 'ann')
    expect(await statesOf(db, run)).toEqual({ a: 'CANCELLED', b: 'SKIPPED UPSTREAM_FAILED' })
    expect(await runOf(db, run)).toMatchObject({ status: 'FAILED' })
    expect(await retryExecutions(db, [key])).toEqual([])
  })

  test('an execution that is its task no longer changes nothing', async () => {
    const run = await started('a->b')
    const [task] = await tasksOf(db, run)
    const stray = await bench.anExecution({ status: 'RUNNING', taskRunId: task!.id })
    await completeExecutions(db, [{ ...stray, result: 'null' }])
    expect(await statesOf(db, run)).toEqual({ a: 'QUEUED', b: 'WAITING' })
  })

  test('inside a long transaction a release is claimable by its commit, with the time of the release', async () => {
    const run = await started('a->b')
    const [task] = await tasksOf(db, run)
    const from = await db.transactional({ label: 'long' }, async (tx) => {
      const { rows } = await tx.query<{ now: Date }>('SELECT now() AS now, pg_sleep(0.02)')
      await endTasks(tx, run, { a: 'SUCCESS' })
      return rows[0]!.now
    })
    const [, released] = await tasksOf(db, run)
    expect(released!.executionTime!.getTime()).toBeGreaterThanOrEqual(from.getTime() + 20)
    expect(task!.executions).toBe(1)
  })

  test('the items of a list end their task with the last one', async () => {
    const run = await started([
      { key: 'list', isDecided: true },
      { key: 'join', after: ['list'] },
    ])
    await expandTask(db, run, 'list', [1, 2, 3])
    await endTasks(db, run, { 'list.0': 'SUCCESS', 'list.2': 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ list: 'EXPANDED', join: 'WAITING' })
    await endTasks(db, run, { 'list.1': 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({ list: 'SUCCESS', join: 'QUEUED' })
    expect(await runOf(db, run)).toMatchObject({ tasksLeft: 1 })
  })

  test('a failed item fails its task once all have ended', async () => {
    const run = await started([
      { key: 'list', isDecided: true },
      { key: 'join', after: ['list'] },
    ])
    await expandTask(db, run, 'list', [1, 2])
    await endTasks(db, run, { 'list.0': 'FAILED' })
    expect(await statesOf(db, run)).toMatchObject({ list: 'EXPANDED' })
    await endTasks(db, run, { 'list.1': 'SUCCESS' })
    expect(await statesOf(db, run)).toMatchObject({
      list: 'FAILED ITEM_FAILED',
      join: 'SKIPPED UPSTREAM_FAILED',
    })
  })

  test('tells workers of the queue, dispatchers of decisions, and those who watch of the run', async () => {
    const run = await started([
      { key: 'a' },
      { key: 'b', after: ['a'] },
      { key: 'c', after: ['a'], isDecided: true },
    ])
    const [claim] = await claimTasks(db, run, ['a'])
    const hearing = await bench.listen('jobu_work', 'jobu_schedules', 'jobu_events')
    await completeExecutions(db, [{ ...claim!, result: 'null' }])
    await hearing.until(3)
    expect(hearing.heard.filter((text) => !text.startsWith('jobu_events'))).toEqual([
      'jobu_work default',
      'jobu_schedules',
    ])
    expect(hearing.heard.find((text) => text.startsWith('jobu_events'))).toContain(`"id": ${run}`)
  })
})
