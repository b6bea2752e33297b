import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  cancelRun,
  changeExecution,
  completeExecutions,
  Database,
  decideApproval,
  isConnectionFailure,
  matchSignals,
  schema,
  sendSignal,
  startPendingRuns,
} from '@jobu/db'
import { Bench, secondsAhead } from '../../../../test/support/builders.ts'
import {
  aRun,
  aSchedule,
  claimTasks,
  type DagTask,
  endTasks,
  runOf,
  statesOf,
  tasksOf,
} from '../../../../test/support/workflows.ts'
import { decideDueTasks, followUpRuns } from '../../src/index.ts'
import { aLogger } from '../support.ts'

let bench: Bench
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  db = new Database({ url: bench.url }, { engine: true, applicationName: 'dispatcher' })
  await bench.db.query(
    `CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$`,
  )
  await bench.db.query(
    `CREATE CONSTRAINT TRIGGER wait_at_commit AFTER UPDATE ON task_runs DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW EXECUTE FUNCTION wait_at_commit()`,
  )
})
afterEach(() => bench.clear())
afterAll(async () => {
  await db.close()
  await bench.close()
})

const { logger } = aLogger()
const decide = () => decideDueTasks(db, logger)
/** All that is due; @returns how many failed */
async function decideAll(): Promise<number> {
  let failed = 0
  for (let isMore = true; isMore; ) {
    const done = await decide()
    failed += done.failed
    isMore = done.tasks > 0
  }
  return failed
}

const started = async (tasks: DagTask[], params: Record<string, unknown> = {}) =>
  aRun(bench.db, (await aSchedule(bench.db, tasks)).id, params)

/** Ends the execution of a task as a worker does, with a result. */
async function succeed(runId: number, key: string, result: unknown): Promise<void> {
  const [claim] = await claimTasks(bench.db, runId, [key])
  await completeExecutions(bench.db, [{ ...claim!, result: JSON.stringify(result) }])
}

const task = async (runId: number, key: string, item = -1) =>
  (await tasksOf(bench.db, runId)).find((row) => row.key === key && row.item === item)!
const paramsOf = async (runId: number, key: string, item = -1) => {
  const { executionId } = await task(runId, key, item)
  return (await bench.executions()).find((row) => row.id === executionId)!.params
}
const decided = (more: Partial<DagTask>): DagTask => ({ key: 'b', after: ['a'], isDecided: true, ...more })

describe('decideDueTasks, a handler', () => {
  test('gets its params with the results and the run they name, keeping the type of a whole expression', async () => {
    const run = await started(
      [
        { key: 'a' },
        decided({
          params: {
            rows: '{{ tasks.a.result.rows }}',
            text: 'run {{ run.id }}: {{ tasks.a.result.rows }} rows for {{ run.params.day }}',
            status: '{{ tasks.a.status }}',
            at: '{{ run.scheduled_time }}',
            plain: 7,
          },
        }),
      ],
      { day: 'Monday' },
    )
    await succeed(run, 'a', { rows: 3 })
    expect(await statesOf(bench.db, run)).toEqual({ a: 'SUCCESS', b: 'DECIDING' })
    const hearing = await bench.listen('jobu_work')
    expect(await decide()).toEqual({ tasks: 1, failed: 0 })
    await hearing.until(1)
    const [row] = await bench.db.db.select().from(schema.scheduleRuns)
    expect(await paramsOf(run, 'b')).toEqual({
      rows: 3,
      text: `run ${run}: 3 rows for Monday`,
      status: 'SUCCESS',
      at: row!.scheduledTime.toISOString(),
      plain: 7,
    })
    await succeed(run, 'b', null)
    expect(await runOf(bench.db, run)).toMatchObject({ status: 'SUCCESS', tasksLeft: 0 })
  })

  test('whose condition is false is SKIPPED and says so; what comes after is judged', async () => {
    const run = await started([
      { key: 'a' },
      decided({ key: 'many', spec: { condition: 'tasks.a.result.rows > 10' } }),
      decided({ key: 'few', spec: { condition: 'tasks.a.result.rows <= 10' } }),
      { key: 'join', after: ['many', 'few'], rule: 'none_failed' },
    ])
    await succeed(run, 'a', { rows: 3 })
    await decideAll()
    expect(await statesOf(bench.db, run)).toEqual({
      a: 'SUCCESS',
      many: 'SKIPPED CONDITION',
      few: 'QUEUED',
      join: 'WAITING',
    })
    expect((await task(run, 'many')).errorMessage).toBe('The condition is false: tasks.a.result.rows > 10')
    await succeed(run, 'few', 1)
    await succeed(run, 'join', 1)
    expect(await runOf(bench.db, run)).toMatchObject({ status: 'SUCCESS' })
  })

  test.each([
    ['that does not exist', { params: { x: '{{ tasks.a.result.nothing }}' } }, 'does not exist'],
    ['whose condition is no bool', { spec: { condition: 'tasks.a.result.rows' } }, 'true or false'],
    ['that cannot be read', { spec: { condition: 'tasks.a.result.' } }, 'in: tasks.a.result.'],
    ['whose list is none', { spec: { for_each: 'tasks.a.result' } }, 'for_each takes a list'],
    [
      'that would take years',
      { spec: { condition: `${'[1,2,3,4,5,6,7,8,9].all(x, '.repeat(12)}true${')'.repeat(12)}` } },
      'steps',
    ],
    ['that cannot be stored', { params: { x: '{{ "\\u0000" }}' } }, 'NUL'],
  ])('an expression %s fails its own task only, with the message', async (_, more, message) => {
    const run = await started([
      { key: 'a' },
      decided(more),
      decided({ key: 'c', params: { y: '{{ 1 + 1 }}' } }),
    ])
    await succeed(run, 'a', { rows: 3 })
    expect(await decideAll()).toBe(1)
    expect(await statesOf(bench.db, run)).toEqual({
      a: 'SUCCESS',
      b: 'FAILED EXPRESSION_ERROR',
      c: 'QUEUED',
    })
    expect((await task(run, 'b')).errorMessage).toContain(message)
    expect(await paramsOf(run, 'c')).toEqual({ y: 2 })
  })

  test('what the database refuses to write fails its own task, in a batch with others', async () => {
    const bad = await aSchedule(bench.db, [{ key: 'x', isDecided: true, params: { v: '{{ run.id }}' } }])
    // Rows by SQL: neither API nor dispatcher would let it come to this.
    await bench.db.query('ALTER TABLE job_executions ADD CONSTRAINT no_bad CHECK (queue <> $$bad$$)')
    await bench.db.query(`UPDATE schedule_tasks SET queue = 'bad' WHERE version_id = $1`, [bad.versionId])
    const badRun = await aRun(bench.db, bad.id)
    const goodRun = await started([{ key: 'x', isDecided: true, params: { v: '{{ run.id }}' } }])
    expect(await decide()).toEqual({ tasks: 2, failed: 1 })
    await bench.db.query('ALTER TABLE job_executions DROP CONSTRAINT no_bad')
    expect(await statesOf(bench.db, goodRun)).toEqual({ x: 'QUEUED' })
    expect(await statesOf(bench.db, badRun)).toEqual({ x: 'FAILED EXPRESSION_ERROR' })
    expect((await task(badRun, 'x')).errorMessage).toContain('no_bad')
  })

  test('results that are too much together fail it; a result that retention removed likewise', async () => {
    const run = await started([
      { key: 'a' },
      { key: 'z' },
      { key: 'big', after: ['a', 'z'], isDecided: true, params: { n: '{{ size(tasks.a.result) }}' } },
      { key: 'gone', after: ['a', 'z'], isDecided: true, params: { n: '{{ tasks.z.result }}' } },
      { key: 'fine', after: ['a', 'z'], isDecided: true, params: { n: '{{ run.id }}' } },
    ])
    await succeed(run, 'a', 'x'.repeat(9_000_000))
    await succeed(run, 'z', 1)
    const { executionId } = await task(run, 'z')
    await bench.db.query('DELETE FROM job_executions WHERE id = $1', [executionId])
    expect(await decideAll()).toBe(2)
    expect(await statesOf(bench.db, run)).toMatchObject({
      big: 'FAILED EXPRESSION_ERROR',
      gone: 'FAILED EXPRESSION_ERROR',
      fine: 'QUEUED',
    })
    expect((await task(run, 'big')).errorMessage).toContain('more than 8388608 bytes')
    expect((await task(run, 'gone')).errorMessage).toContain(
      'its execution was deleted, by retention or by hand',
    )
  })

  test('tasks that name much are decided one after another, each with all it names', async () => {
    const keys = ['a', 'b', 'c', 'd']
    const run = await started([
      ...keys.map((key) => ({ key })),
      ...keys.map((key) => ({
        key: `size_${key}`,
        after: keys,
        isDecided: true,
        params: { n: `{{ size(tasks.${key}.result) }}` },
      })),
    ])
    for (const [index, key] of keys.entries()) await succeed(run, key, 'x'.repeat(3_000_000 + index))
    expect((await decide()).tasks).toBe(2)
    expect(await decideAll()).toBe(0)
    for (const [index, key] of keys.entries()) {
      expect(await paramsOf(run, `size_${key}`)).toEqual({ n: 3_000_000 + index })
    }
  })

  test('finds the result of an execution that was moved to another time', async () => {
    const run = await started([{ key: 'a' }, decided({ params: { n: '{{ tasks.a.result }}' } })])
    const { executionId, executionTime } = await task(run, 'a')
    const moved = await changeExecution(
      bench.db,
      { id: executionId!, scheduledTime: executionTime! },
      { scheduledTime: secondsAhead(40 * 86_400) },
    )
    await bench.db.query(
      `UPDATE job_executions SET ready_at = now(), waiting_for = NULL WHERE id = $1 AND scheduled_time = $2`,
      [moved!.id, moved!.scheduledTime],
    )
    await succeed(run, 'a', 5)
    await decideAll()
    expect(await paramsOf(run, 'b')).toEqual({ n: 5 })
  })

  test('is cancelled instead where its run is being cancelled', async () => {
    const run = await started([{ key: 'a' }, decided({ params: { x: '{{ run.id }}' } })])
    await succeed(run, 'a', 1)
    await bench.db.query('UPDATE schedule_runs SET cancel_requested_at = now()')
    await decide()
    expect(await statesOf(bench.db, run)).toMatchObject({ b: 'CANCELLED RUN_CANCELLED' })
    expect(await runOf(bench.db, run)).toMatchObject({ status: 'CANCELLED' })
  })
})

describe('decideDueTasks, a list', () => {
  test('becomes one item each with its params, and a join sees the results in order', async () => {
    const run = await started([
      { key: 'a' },
      decided({
        params: { file: '{{ item.name }}', no: '{{ index }}' },
        spec: { for_each: 'tasks.a.result' },
      }),
      { key: 'join', after: ['b'], isDecided: true, params: { all: '{{ tasks.b.result }}' } },
    ])
    await succeed(run, 'a', [{ name: 'x' }, { name: 'y' }, { name: 'z' }])
    await decide()
    expect(await statesOf(bench.db, run)).toEqual({
      a: 'SUCCESS',
      b: 'EXPANDED',
      'b.0': 'QUEUED',
      'b.1': 'QUEUED',
      'b.2': 'QUEUED',
      join: 'WAITING',
    })
    expect(await paramsOf(run, 'b', 2)).toEqual({ file: 'z', no: 2 })
    expect((await task(run, 'b', 1)).result).toEqual({ name: 'y' })
    for (const item of [2, 0, 1]) await succeed(run, `b.${item}`, `done ${item}`)
    await decide()
    expect(await paramsOf(run, 'join')).toEqual({ all: ['done 0', 'done 1', 'done 2'] })
  })

  test('that is empty is SUCCESS at once, with an empty list as its result', async () => {
    const run = await started(
      [
        decided({ key: 'b', after: [], spec: { for_each: 'run.params.files' } }),
        { key: 'c', after: ['b'], isDecided: true, params: { n: '{{ size(tasks.b.result) }}' } },
      ],
      { files: [] },
    )
    await decideAll()
    expect(await statesOf(bench.db, run)).toEqual({ b: 'SUCCESS', c: 'QUEUED' })
    expect(await paramsOf(run, 'c')).toEqual({ n: 0 })
  })

  test('of which one item cannot be rendered fails as a whole, before any of it runs', async () => {
    const run = await started([
      decided({ after: [], params: { x: '{{ item.name }}' }, spec: { for_each: [{ name: 1 }, {}] } }),
    ])
    await decide()
    expect(await statesOf(bench.db, run)).toEqual({ b: 'FAILED EXPRESSION_ERROR' })
    expect((await task(run, 'b')).errorMessage).toContain('item 1')
    expect(await bench.executions()).toEqual([])
  })

  test('of 10,000 items finishes', async () => {
    const run = await started([
      { key: 'a' },
      decided({ params: { n: '{{ item }}' }, spec: { for_each: 'tasks.a.result' } }),
      { key: 'join', after: ['b'], isDecided: true, params: { sum: '{{ size(tasks.b.result) }}' } },
    ])
    await succeed(
      run,
      'a',
      Array.from({ length: 10_000 }, (_, n) => n),
    )
    expect(await decide()).toEqual({ tasks: 1, failed: 0 })
    await bench.db.query(
      `UPDATE job_executions SET status = 'RUNNING', ready_at = NULL, attempt = 1, worker_id = 'w', started_at = now(),
         lease_expires_at = now() + interval '10 minutes' WHERE status = 'PENDING'`,
    )
    const rows = (await bench.executions()).filter((row) => row.status === 'RUNNING')
    expect(new Set(rows.map((row) => row.params.n)).size).toBe(10_000)
    for (let from = 0; from < rows.length; from += 500) {
      await completeExecutions(
        bench.db,
        rows.slice(from, from + 500).map((row) => ({ ...row, result: String(row.params.n) })),
      )
    }
    await decide()
    // Not by tasksOf, which looks at all executions for each task.
    const [join] = (await bench.executions()).filter((row) => row.status === 'PENDING')
    expect(join!.params).toEqual({ sum: 10_000 })
  })
})

describe('decideDueTasks, what waits', () => {
  test('an approval waits without a worker, and fails at its deadline', async () => {
    const run = await started([
      { key: 'ask', kind: 'approval', spec: { approval: { role: 'operator', deadline_seconds: 3_600 } } },
      { key: 'late', kind: 'approval', spec: { approval: { role: 'operator', deadline_seconds: 60 } } },
      { key: 'c', after: ['ask'], isDecided: true, params: { by: '{{ tasks.ask.result.approved_by }}' } },
    ])
    await decideAll()
    expect(await statesOf(bench.db, run)).toEqual({ ask: 'AWAITING', late: 'AWAITING', c: 'WAITING' })
    expect(await bench.executions()).toEqual([])
    await bench.db.transactional({ label: 't' }, (tx) =>
      decideApproval(tx, run, 'ask', 'approve', { by: 'eve', role: 'operator' }),
    )
    await bench.db.query(`UPDATE task_runs SET attention_at = now() WHERE state = 'AWAITING'`)
    expect(await decideAll()).toBe(1)
    expect(await statesOf(bench.db, run)).toEqual({ ask: 'SUCCESS', late: 'FAILED DEADLINE', c: 'QUEUED' })
    expect((await task(run, 'late')).errorMessage).toBe('Nobody approved it within 60 s')
    expect(await paramsOf(run, 'c')).toEqual({ by: 'eve' })
  })

  test('an event whose name is an expression ends its task, also when it was sent before it was waited for', async () => {
    const { id } = await aSchedule(bench.db, [
      { key: 'a' },
      { key: 'b', after: ['a'], kind: 'event', spec: { wait_for: { event: 'files.{{ run.params.day }}' } } },
      { key: 'c', after: ['b'], isDecided: true, params: { n: '{{ tasks.b.result.payload.n }}' } },
    ])
    const [early, late] = [await aRun(bench.db, id, { day: 'tue' }), await aRun(bench.db, id, { day: 'wed' })]
    await sendSignal(bench.db, { name: 'files.tue', payload: { n: 1 }, by: 'x' })
    for (const run of [early, late]) await succeed(run, 'a', 1)
    await decideAll()
    await matchSignals(db)
    expect(await statesOf(bench.db, early)).toMatchObject({ b: 'SUCCESS', c: 'DECIDING' })
    expect(await statesOf(bench.db, late)).toMatchObject({ b: 'AWAITING' })
    expect((await task(late, 'b')).result).toEqual({ event: 'files.wed' })
    const { released } = await sendSignal(bench.db, { name: 'files.wed', payload: { n: 2 }, by: 'x' })
    expect(released).toBe(1)
    await decideAll()
    expect([await paramsOf(early, 'c'), await paramsOf(late, 'c')]).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('an event that does not come fails at its deadline, and counts for nothing afterwards', async () => {
    const run = await started([
      { key: 'b', kind: 'event', spec: { wait_for: { event: 'never', deadline_seconds: 5 } } },
    ])
    await decideAll()
    await bench.db.query('UPDATE task_runs SET attention_at = now()')
    await decideAll()
    expect((await task(run, 'b')).errorMessage).toBe('The event "never" did not come within 5 s')
    expect(await runOf(bench.db, run)).toMatchObject({ status: 'FAILED' })
    expect((await sendSignal(bench.db, { name: 'never', by: 'x' })).released).toBe(0)
  })
})

describe('decideDueTasks, another schedule', () => {
  const parentOf = (scheduleId: number) =>
    started(
      [
        {
          key: 'sub',
          kind: 'schedule',
          params: { day: '{{ run.params.day }}' },
          spec: { schedule_id: scheduleId },
        },
        { key: 'end', after: ['sub'], isDecided: true, params: { of: '{{ tasks.sub.result.status }}' } },
      ],
      { day: 'tue' },
    )
  const childOf = async (scheduleId: number) =>
    (await bench.db.db.select().from(schema.scheduleRuns)).find((run) => run.scheduleId === scheduleId)!

  test('is run with rendered params, and its end ends the task', async () => {
    const child = await aSchedule(bench.db, 'x')
    const parent = await parentOf(child.id)
    await decide()
    const run = await childOf(child.id)
    expect(run).toMatchObject({ status: 'PENDING', trigger: 'schedule', params: { day: 'tue' } })
    expect(await statesOf(bench.db, parent)).toEqual({ sub: 'SUBRUN', end: 'WAITING' })
    await startPendingRuns(bench.db, null)
    await endTasks(bench.db, run.id, { x: 'SUCCESS' })
    expect(await followUpRuns(db, logger, async () => 0)).toEqual({ runs: 1, notifications: 0 })
    expect(await statesOf(bench.db, parent)).toEqual({ sub: 'SUCCESS', end: 'DECIDING' })
    await decide()
    expect(await paramsOf(parent, 'end')).toEqual({ of: 'SUCCESS' })
  })

  test('that fails, or is cancelled, fails the task', async () => {
    const child = await aSchedule(bench.db, 'x')
    const parent = await parentOf(child.id)
    await decide()
    await bench.db.transactional({ label: 't' }, async (tx) =>
      cancelRun(tx, (await childOf(child.id)).id, 'eve'),
    )
    await followUpRuns(db, logger, async () => 0)
    expect(await statesOf(bench.db, parent)).toEqual({
      sub: 'FAILED RUN_FAILED',
      end: 'SKIPPED UPSTREAM_FAILED',
    })
  })

  test.each([
    ['is disabled', 'is_enabled = false', 'is disabled'],
    ['is deleted', 'is_enabled = false, deleted_at = now()', 'does not exist any more'],
  ])('that %s fails the task, saying so', async (_, change, message) => {
    const child = await aSchedule(bench.db, 'x')
    await bench.db.query(`UPDATE schedules SET ${change}`)
    const parent = await parentOf(child.id)
    await decide()
    expect(await statesOf(bench.db, parent)).toMatchObject({ sub: 'FAILED RUN_FAILED' })
    expect((await task(parent, 'sub')).errorMessage).toContain(message)
  })

  test('that runs itself ends ten runs deep', async () => {
    const { id, versionId } = await aSchedule(bench.db, [
      { key: 'sub', kind: 'schedule', spec: { schedule_id: 0 } },
    ])
    await bench.db.query(
      `UPDATE schedule_tasks SET spec = jsonb_build_object('schedule_id', $2::bigint) WHERE version_id = $1`,
      [versionId, id],
    )
    const run = await aRun(bench.db, id)
    for (let level = 0; level < 12; level++) {
      await decide()
      await startPendingRuns(bench.db, null)
    }
    for (let level = 0; level < 12; level++) await followUpRuns(db, logger, async () => 0)
    const runs = await bench.db.db.select().from(schema.scheduleRuns)
    expect(runs).toHaveLength(10)
    expect(runs.every(({ status }) => status === 'FAILED')).toBe(true)
    expect((await task(Math.max(...runs.map(({ id }) => id)), 'sub')).errorMessage).toContain(
      'more than 10 runs deep',
    )
    expect(await runOf(bench.db, run)).toMatchObject({ status: 'FAILED' })
  })

  test('that would wait for itself for ever fails at once', async () => {
    const { id, versionId } = await aSchedule(
      bench.db,
      [{ key: 'sub', kind: 'schedule', spec: { schedule_id: 0 } }],
      { maxActiveRuns: 1 },
    )
    await bench.db.query(
      `UPDATE schedule_tasks SET spec = jsonb_build_object('schedule_id', $2::bigint) WHERE version_id = $1`,
      [versionId, id],
    )
    const run = await aRun(bench.db, id)
    await decide()
    expect((await task(run, 'sub')).errorMessage).toContain('at most 1 times at once')
  })
})

describe('decideDueTasks, at once and interrupted', () => {
  test('two dispatchers decide 300 tasks of three runs, each once', async () => {
    const keys = Array.from({ length: 100 }, (_, n) => `t${n}`)
    const tasks = keys.map((key) => ({ key, isDecided: true, params: { n: '{{ run.id }}' } }))
    const { id } = await aSchedule(bench.db, tasks)
    const runs = [await aRun(bench.db, id), await aRun(bench.db, id), await aRun(bench.db, id)]
    const drain = async () => {
      const other = new Database({ url: bench.url }, { engine: true, maxConnections: 1 })
      let decidedTasks = 0
      for (let isMore = true; isMore; ) {
        const { tasks: count } = await decideDueTasks(other, logger)
        decidedTasks += count
        const { rowCount } = await other.query(`SELECT FROM task_runs WHERE state = 'DECIDING'`)
        isMore = rowCount! > 0
      }
      await other.close()
      return decidedTasks
    }
    const counts = await Promise.all([drain(), drain()])
    expect(counts[0]! + counts[1]!).toBe(300)
    const executions = await bench.executions()
    expect(executions).toHaveLength(300)
    expect(new Set(executions.map((row) => row.taskRunId)).size).toBe(300)
    for (const run of runs) {
      expect((await tasksOf(bench.db, run)).every((row) => row.state === 'QUEUED')).toBe(true)
    }
  })

  test.each([
    ['before its executions are written', 'LOCK TABLE job_executions IN SHARE MODE'],
    ['before its runs are made', 'LOCK TABLE schedule_runs IN SHARE MODE'],
    ['before its commit', 'SELECT pg_advisory_xact_lock(1)'],
  ])('a dispatcher that dies %s has decided nothing, and the next one does it', async (_, hold) => {
    const child = await aSchedule(bench.db, 'x')
    const run = await started([
      { key: 'a', isDecided: true, params: { n: '{{ run.id }}' } },
      { key: 'b', isDecided: true, spec: { for_each: [1, 2] } },
      { key: 'c', isDecided: true, spec: { condition: 'false' } },
      { key: 'd', kind: 'schedule', spec: { schedule_id: child.id } },
      { key: 'e', kind: 'approval', spec: { approval: {} } },
    ])
    const before = await tasksOf(bench.db, run)
    const holder = await bench.client()
    await holder.query('BEGIN')
    await holder.query(hold)
    const dying = decide().catch((error) => error)
    await bench.untilBlocked()
    await holder.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'dispatcher' AND datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(isConnectionFailure(await dying)).toBe(true)
    await holder.query('ROLLBACK')
    expect(await tasksOf(bench.db, run)).toEqual(before)
    expect(await bench.executions()).toEqual([])
    expect(await decide()).toEqual({ tasks: 5, failed: 0 })
    expect(await statesOf(bench.db, run)).toEqual({
      a: 'QUEUED',
      b: 'EXPANDED',
      'b.0': 'QUEUED',
      'b.1': 'QUEUED',
      c: 'SKIPPED CONDITION',
      d: 'SUBRUN',
      e: 'AWAITING',
    })
    expect(await bench.executions()).toHaveLength(3)
    expect(await bench.db.db.select().from(schema.scheduleRuns)).toHaveLength(2)
  })
})
