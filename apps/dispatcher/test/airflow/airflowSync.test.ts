import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { engineStateAnswer, requestEngineCancel, requestEngineRerun, wakeEngine } from '@jobu/db'
import { pythonTests } from '../../../../packages/airflow/test/support/pythonTests.ts'
import { Bench } from '../../../../test/support/builders.ts'
import { until } from '../../../../test/support/until.ts'
import { startDispatcher } from '../../src/index.ts'
import { aConfig, aLogger } from '../support.ts'
import { AirflowBench, anAirflowSchedule, aVersion } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())

const TRIGGER = 'POST /dags/{dag_id}/dagRuns'
const CLEAR = 'POST /dags/{dag_id}/clearTaskInstances'
const SLOT = new Date('2026-03-01T03:00:00Z')

pythonTests.each([2, 3] as const)('a schedule in Airflow %s', (version) => {
  let there: AirflowBench
  beforeEach(async () => {
    there = await AirflowBench.open(bench.db, version)
  })
  afterEach(async () => {
    await there.close()
    expect(there.airflow.faults).toEqual([])
    for (const table of [
      'task_runs',
      'schedule_runs',
      'schedule_edges',
      'schedule_tasks',
      'schedule_versions',
      'schedules',
    ])
      await bench.db.query(`DELETE FROM ${table}`)
  })
  const asked = (name: string) => there.airflow.asked.filter((one) => one === name).length
  const cancel = (runId: number) =>
    bench.db.transactional({ label: 'test' }, (tx) => requestEngineCancel(tx, runId))
  const rerun = (runId: number, what: Parameters<typeof requestEngineRerun>[2]) =>
    bench.db.transactional({ label: 'test' }, (tx) => requestEngineRerun(tx, runId, what))

  test('its file is written, waited for, and the DAG unpaused once Airflow has read it', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.look()
    expect(readdirSync(there.folder)).toEqual([`jobu_${id}.py`])
    expect(await there.state(id)).toMatchObject({ state: 'WAITING_FOR_AIRFLOW', dag_id: `jobu_${id}` })
    await there.airflow.scan()
    expect(there.airflow.dags.get(`jobu_${id}`)!.isPaused).toBe(true)
    await there.look()
    const state = await there.state(id)
    expect(state).toMatchObject({ state: 'READY', message: null })
    expect(state.leased_until).toBeUndefined()
    expect(Object.keys(engineStateAnswer({ ...state })!)).not.toContain('sync')
    expect(there.airflow.dags.get(`jobu_${id}`)!.isPaused).toBe(false)
    expect(there.logged).toContain('info schedule in Airflow')
  })

  test('a run that Airflow makes appears with its tasks, and ends as there', async () => {
    const id = await anAirflowSchedule(bench.db, [
      { key: 'extract' },
      { key: 'load', after: ['extract'] },
      { key: 'alert', after: ['load'], rule: 'one_failed' },
    ])
    await there.settle()
    const { runId } = there.airflow.schedule(`jobu_${id}`, SLOT)
    there.airflow.move(`jobu_${id}`, runId, 'extract', 'running')
    await there.look()
    const [run] = await there.runs(id)
    expect(run).toMatchObject({
      status: 'RUNNING',
      trigger: 'external',
      scheduledTime: SLOT,
      externalRunId: runId,
    })
    expect(await there.tasks(run!.id)).toEqual({ extract: 'SUBRUN', load: 'WAITING', alert: 'WAITING' })

    there.airflow.move(`jobu_${id}`, runId, 'extract', 'success')
    there.airflow.move(`jobu_${id}`, runId, 'load', 'running')
    const trace = 'Traceback (most recent call last):\n  File "x.py", line 1, in run\nValueError: no rows'
    there.airflow.move(`jobu_${id}`, runId, 'load', 'failed', trace.split('\n'))
    there.airflow.finish(`jobu_${id}`, runId)
    await there.look()
    const [ended] = await there.runs(id)
    expect(ended).toMatchObject({ id: run!.id, status: 'FAILED', tasksLeft: 0, tasksFailed: 1 })
    expect(ended!.finishedAt).not.toBeNull()
    expect(ended!.followUpAt).not.toBeNull()
    expect(await there.tasks(run!.id)).toEqual({ extract: 'SUCCESS', load: 'FAILED', alert: 'SUCCESS' })
    const { rows } = await bench.db.query<{ error_message: string; result: Record<string, unknown> }>(
      `SELECT error_message, result FROM task_runs WHERE run_id = $1 AND state = 'FAILED'`,
      [run!.id],
    )
    expect(rows[0]!.error_message).toBe('ValueError: no rows')
    expect(rows[0]!.result).toMatchObject({ attempts: 1, operator: 'JobuPython' })
    // What follows from its end does so once.
    await bench.db.query('UPDATE schedule_runs SET follow_up_at = NULL')
    await there.look()
    expect((await there.runs(id))[0]!.followUpAt).toBeNull()
  })

  test('a run that a person starts is triggered once, with its params', async () => {
    const id = await anAirflowSchedule(bench.db)
    const run = await there.start(id, { day: 1 })
    await there.look()
    expect(asked(TRIGGER)).toBe(0)
    await there.airflow.scan()
    await there.look()
    await there.look()
    expect(asked(TRIGGER)).toBe(1)
    expect(there.airflow.run(`jobu_${id}`, `jobu__${run}`).conf).toEqual({ day: 1 })
    there.airflow.finish(`jobu_${id}`, `jobu__${run}`)
    await there.look()
    expect(await there.runs(id)).toMatchObject([{ id: run, status: 'SUCCESS', trigger: 'manual' }])
    expect(await there.tasks(run)).toEqual({ extract: 'SUCCESS', load: 'SUCCESS' })
  })

  test('a trigger whose answer was lost, or whose dispatcher died, makes no second run', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const run = await there.start(id)
    there.airflow.next.set(TRIGGER, 'lost')
    await there.look()
    expect(await there.state(id)).toMatchObject({ state: 'UNREACHABLE' })
    expect((await there.runs(id))[0]).toMatchObject({ status: 'PENDING', externalRunId: null })
    await there.beside().look()
    expect(asked(TRIGGER)).toBe(2)
    expect(there.airflow.dags.get(`jobu_${id}`)!.runs.size).toBe(1)
    expect(await there.runs(id)).toMatchObject([
      { id: run, externalRunId: `jobu__${run}`, round: 1, reason: null, followUpAt: null },
    ])
    expect(await there.state(id)).toMatchObject({ state: 'READY' })
  })

  test('a start that Airflow refuses fails, and says why', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    there.airflow.schedule(`jobu_${id}`, SLOT)
    await there.look()
    const run = await there.start(id, {}, SLOT)
    await there.look()
    const failed = (await there.runs(id)).find((one) => one.id === run)!
    expect(failed).toMatchObject({ status: 'FAILED', reason: 'ENGINE_REFUSED' })
    expect(failed.errorMessage).toContain('already exists')
    expect(await there.state(id)).toMatchObject({ state: 'READY' })
  })

  test('a cancelled run is ended there, with what runs of it', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const run = await there.start(id)
    await there.look()
    there.airflow.move(`jobu_${id}`, `jobu__${run}`, 'extract', 'running')
    await there.look()
    await cancel(run)
    expect((await there.runs(id))[0]!.status).toBe('RUNNING')
    await there.look()
    expect(there.airflow.run(`jobu_${id}`, `jobu__${run}`).state).toBe('failed')
    expect((await there.runs(id))[0]).toMatchObject({ status: 'CANCELLED' })
    expect(await there.tasks(run)).toEqual({
      extract: 'CANCELLED RUN_CANCELLED',
      load: 'CANCELLED RUN_CANCELLED',
    })
    await expect(cancel(run)).rejects.toMatchObject({ code: 'RUN_NOT_ACTIVE' })
  })

  test('a run cancelled while its trigger was under way is ended there as well', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const run = await there.start(id)
    there.airflow.next.set(TRIGGER, 'lost')
    await there.look()
    await cancel(run)
    expect((await there.runs(id))[0]!.status).toBe('CANCELLED')
    await there.beside().look()
    await there.beside().look()
    expect(there.airflow.run(`jobu_${id}`, `jobu__${run}`).state).toBe('failed')
    expect((await there.runs(id))[0]).toMatchObject({ status: 'CANCELLED', externalRunId: `jobu__${run}` })
  })

  test.each([
    ['from what failed', { from: 'failed' } as const, ['load', 'tell']],
    ['all of it', { from: 'all' } as const, ['extract', 'load', 'tell']],
    ['from a task', { task: 'tell' } as const, ['tell']],
  ])('runs again %s', async (_, what, again) => {
    const id = await anAirflowSchedule(bench.db, [
      { key: 'extract' },
      { key: 'load', after: ['extract'] },
      { key: 'tell', after: ['load'], rule: 'all_done' },
    ])
    await there.settle()
    const run = await there.start(id)
    await there.look()
    const dagId = `jobu_${id}`
    there.airflow.finish(dagId, `jobu__${run}`, ['load'])
    await there.look()
    expect((await there.runs(id))[0]!.status).toBe('FAILED')
    await rerun(run, what)
    expect((await there.runs(id))[0]).toMatchObject({ status: 'PENDING', round: 2, finishedAt: null })
    await expect(rerun(run, what)).rejects.toMatchObject({ code: 'TASK_NOT_RERUNNABLE' })
    there.airflow.next.set(CLEAR, 'lost')
    await there.look()
    await there.beside().look()
    expect(asked(CLEAR)).toBe(1)
    const { tasks } = there.airflow.run(dagId, `jobu__${run}`)
    expect([...tasks.values()].filter((task) => task.state === null).map(({ key }) => key)).toEqual(again)
    there.airflow.finish(dagId, `jobu__${run}`)
    await there.beside().look()
    expect((await there.runs(id))[0]).toMatchObject({
      status: again.includes('load') ? 'SUCCESS' : 'FAILED',
      round: 2,
      reason: null,
    })
  })

  test('a rerun of a task that is not there, or of a run that is none, is refused', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const run = await there.start(id)
    await there.look()
    there.airflow.finish(`jobu_${id}`, `jobu__${run}`)
    await there.look()
    await expect(rerun(run, { task: 'nope' })).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await expect(rerun(run, { from: 'failed' })).rejects.toMatchObject({ code: 'TASK_NOT_RERUNNABLE' })
    await expect(rerun(run + 999, { from: 'all' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })

  test('a run cleared in Airflow itself is followed again', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const { runId } = there.airflow.schedule(`jobu_${id}`, SLOT)
    there.airflow.finish(`jobu_${id}`, runId, ['extract'])
    await there.look()
    there.airflow.move(`jobu_${id}`, runId, 'extract', null)
    await there.look()
    expect((await there.runs(id))[0]).toMatchObject({ status: 'RUNNING', round: 2, finishedAt: null })
  })

  test('disabled it is paused, enabled it begins with the next slot', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const dagId = `jobu_${id}`
    const startOf = () => there.airflow.dags.get(dagId)!.dump.options.start_date as number
    const first = startOf()
    await bench.db.query('UPDATE schedules SET is_enabled = false WHERE id = $1', [id])
    await wakeEngine(bench.db, id)
    await there.look()
    expect(there.airflow.dags.get(dagId)!.isPaused).toBe(true)
    await bench.db.query('UPDATE schedules SET is_enabled = true WHERE id = $1', [id])
    await there.look()
    // Unpaused now, Airflow would make up for a slot that passed meanwhile.
    expect(there.airflow.dags.get(dagId)!.isPaused).toBe(true)
    expect(await there.state(id)).toMatchObject({ state: 'WAITING_FOR_AIRFLOW' })
    await there.airflow.scan()
    await there.look()
    expect(there.airflow.dags.get(dagId)!.isPaused).toBe(false)
    expect(startOf()).toBeGreaterThan(first)
  })

  test('a change is written, and runs start again once Airflow has read it', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    await aVersion(bench.db, id, [{ key: 'only', operator: 'bash', params: { command: 'true' } }])
    const run = await there.start(id)
    await there.look()
    expect(asked(TRIGGER)).toBe(0)
    expect(await there.state(id)).toMatchObject({ state: 'WAITING_FOR_AIRFLOW' })
    await there.airflow.scan()
    await there.look()
    there.airflow.finish(`jobu_${id}`, `jobu__${run}`)
    await there.look()
    expect(await there.tasks(run)).toEqual({ only: 'SUCCESS' })
    const before = readFileSync(join(there.folder, `jobu_${id}.py`), 'utf8')
    writeFileSync(join(there.folder, `jobu_${id}.py`), 'somebody else')
    await there.look()
    expect(readFileSync(join(there.folder, `jobu_${id}.py`), 'utf8')).toBe(before)
  })

  test('deleted it is removed from the folder and from Airflow, and what runs of it is cancelled', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const run = await there.start(id)
    await there.look()
    await bench.db.query('UPDATE schedules SET is_enabled = false, deleted_at = now() WHERE id = $1', [id])
    await there.look()
    expect(existsSync(join(there.folder, `jobu_${id}.py`))).toBe(false)
    expect(await there.state(id)).toMatchObject({ state: 'DELETING' })
    await there.look()
    expect(await there.state(id)).toMatchObject({ state: 'DELETED' })
    expect(there.airflow.dags.size).toBe(0)
    expect((await there.runs(id)).find((one) => one.id === run)).toMatchObject({
      status: 'CANCELLED',
      reason: 'SCHEDULE_DELETED',
    })
    await bench.db.query('UPDATE schedules SET engine_sync_at = engine_sync_at')
    expect(await there.pass()).toBe(0)
  })

  test('taken back by jobu it leaves Airflow', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    await bench.db.query(`UPDATE schedules SET engine = 'jobu' WHERE id = $1`, [id])
    await there.look()
    await there.look()
    expect(there.airflow.dags.size).toBe(0)
    expect(await there.state(id)).toBeNull()
  })

  test('what Airflow cannot make a DAG of is told', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.look()
    const path = join(there.folder, `jobu_${id}.py`)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, 'nonsense(')
    await there.airflow.scan()
    writeFileSync(path, text)
    await there.look()
    const state = await there.state(id)
    expect(state).toMatchObject({ state: 'IMPORT_ERROR' })
    expect(state.message).toContain('SyntaxError')
    await there.airflow.scan()
    await there.look()
    expect(await there.state(id)).toMatchObject({ state: 'READY', message: null })
  })

  test.each([
    ['away', { kind: 'away' } as const, 'UNREACHABLE', 'cannot be reached'],
    ['silent', { kind: 'silent' } as const, 'UNREACHABLE', 'did not answer within 1 s'],
    ['failing', { kind: 'status', status: 500 } as const, 'UNREACHABLE', 'Airflow failed'],
    ['no Airflow', { kind: 'page' } as const, 'UNREACHABLE', 'something else than JSON'],
    ['refusing', { kind: 'status', status: 403 } as const, 'REFUSED', 'does not allow it'],
    [
      'without our credentials',
      { kind: 'status', status: 401 } as const,
      'REFUSED',
      'does not accept the credentials',
    ],
  ])(
    'while Airflow is %s that is its state, and then everything asked meanwhile is done',
    async (_, mood, name, message) => {
      const id = await anAirflowSchedule(bench.db)
      await there.settle()
      const old = await there.start(id)
      await there.look()
      there.airflow.mood = mood
      const run = await there.start(id)
      await cancel(old)
      await there.look()
      const { since, sync } = await there.state(id)
      expect(await there.state(id)).toMatchObject({ state: name, message: expect.stringContaining(message) })
      expect(sync.failures).toBe(1)
      await there.beside().look()
      expect(await there.state(id)).toMatchObject({ state: name, since, sync: { failures: 2 } })
      expect((await there.runs(id)).map((one) => one.status)).toEqual(['PENDING', 'PENDING'])
      there.airflow.mood = { kind: 'well' }
      await there.beside().look()
      await there.beside().look()
      expect(await there.state(id)).toMatchObject({ state: 'READY', message: null, sync: { failures: 0 } })
      const runs = await there.runs(id)
      expect(runs.map(({ id: runId, status }) => [runId, status])).toEqual([
        [old, 'CANCELLED'],
        [run, 'PENDING'],
      ])
      expect(runs[1]!.externalRunId).toBe(`jobu__${run}`)
    },
  )

  test('one look at an Airflow that is away is enough for all schedules of a moment', async () => {
    const ids: number[] = []
    for (let i = 0; i < 9; i++) ids.push(await anAirflowSchedule(bench.db))
    await there.settle()
    await there.airflow.goAway()
    const patient = there.beside({ poll_seconds: 600 })
    await patient.look()
    for (const id of ids) expect(await there.state(id)).toMatchObject({ state: 'UNREACHABLE' })
    await there.airflow.comeBack()
    const before = there.airflow.asked.length
    await patient.look()
    expect(there.airflow.asked).toHaveLength(before)
    await there.look()
    for (const id of ids) expect(await there.state(id)).toMatchObject({ state: 'READY' })
  })

  test('a folder that cannot be written is told, and tried again', async () => {
    const id = await anAirflowSchedule(bench.db)
    const lost = await AirflowBench.open(bench.db, version, {
      dags_folder: join(there.folder, 'not', 'there'),
    })
    await lost.look()
    expect(await lost.state(id)).toMatchObject({
      state: 'WRITING',
      message: expect.stringContaining('ENOENT'),
    })
    await lost.close()
    await there.settle()
    expect(await there.state(id)).toMatchObject({ state: 'READY' })
  })

  test('a run that is no longer in Airflow has failed', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    const run = await there.start(id)
    await there.look()
    there.airflow.dags.get(`jobu_${id}`)!.runs.clear()
    await there.look()
    expect((await there.runs(id))[0]).toMatchObject({ id: run, status: 'FAILED', reason: 'ENGINE_LOST' })
  })

  test('two dispatchers do not look at a schedule at once, and what is asked meanwhile is not forgotten', async () => {
    const id = await anAirflowSchedule(bench.db)
    await there.settle()
    await wakeEngine(bench.db, id)
    there.airflow.mood = { kind: 'silent' }
    const slow = there.pass()
    while ((await there.state(id)).leased_until === undefined);
    expect(await there.beside().pass()).toBe(0)
    await wakeEngine(bench.db, id)
    expect(await there.beside().pass()).toBe(0)
    there.airflow.mood = { kind: 'well' }
    // It ends UNREACHABLE, which by itself would be followed by a pause; but somebody asked.
    expect(await slow).toBeGreaterThanOrEqual(1)
    await there.beside().pass()
    expect(await there.state(id)).toMatchObject({ state: 'READY' })
  })

  test('a long list of runs is mirrored over several looks, and each of them once', async () => {
    const id = await anAirflowSchedule(bench.db, [{ key: 'only' }])
    await there.settle()
    for (let hour = 0; hour < 220; hour++) {
      const run = there.airflow.schedule(`jobu_${id}`, new Date(SLOT.getTime() + hour * 3_600_000))
      there.airflow.finish(`jobu_${id}`, run.runId)
    }
    await there.look()
    await there.look()
    const runs = await there.runs(id)
    expect(runs).toHaveLength(220)
    expect(new Set(runs.map((run) => run.status))).toEqual(new Set(['SUCCESS']))
    const tasksRead = asked('GET /dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances')
    await there.look()
    expect(asked('GET /dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances')).toBe(tasksRead)
  }, 60_000)

  test('a dispatcher with the engine looks at once when it is told', async () => {
    const settings = { ...there.config, poll_seconds: 3_600 }
    const dispatcher = await startDispatcher(aConfig(), { url: bench.url }, aLogger().logger, settings)
    try {
      const id = await anAirflowSchedule(bench.db)
      await wakeEngine(bench.db, id)
      const stateOf = async (name: string) => ((await there.state(id))?.state === name ? true : undefined)
      await until('file written', () => stateOf('WAITING_FOR_AIRFLOW'))
      await there.airflow.scan()
      await wakeEngine(bench.db, id)
      await until('unpaused', () => stateOf('READY'))
    } finally {
      await dispatcher.stop()
    }
  })
})
