import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from '../../../../../test/support/builders.ts'
import {
  aRun,
  aSchedule,
  claimTasks,
  type DagTask,
  endTasks,
  failureOf,
  faultsOf,
  runOf,
  statesOf,
  tasksOf,
} from '../../../../../test/support/workflows.ts'
import {
  type Claim,
  cancelRun,
  completeExecutions,
  continueCancels,
  type Database,
  failExecutions,
  JobuError,
  type Mark,
  markTask,
  rerunTasks,
  sqlState,
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
const done = (claim: Claim) => [{ ...claim, result: 'null' }]

describe('two parents that end at once', () => {
  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('in long transactions, %s first: the child is released once, by the second', async (first, second) => {
    const run = await started('a->join, b->join')
    const claims = { a: (await claimTasks(db, run, ['a']))[0]!, b: (await claimTasks(db, run, ['b']))[0]! }
    let commit = () => {}
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve
    })
    let wrote = () => {}
    const hasWritten = new Promise<void>((resolve) => {
      wrote = resolve
    })
    const one = db.transactional({ label: 'one' }, async (tx) => {
      await completeExecutions(tx, done(claims[first as 'a']))
      wrote()
      await mayCommit
    })
    await hasWritten
    const two = db.transactional({ label: 'two' }, (tx) =>
      completeExecutions(tx, done(claims[second as 'b'])),
    )
    await bench.untilBlocked()
    commit()
    await Promise.all([one, two])
    expect(await statesOf(db, run)).toMatchObject({ join: 'QUEUED' })
    expect((await tasksOf(db, run)).find((task) => task.key === 'join')!.executions).toBe(1)
    expect(await faultsOf(db)).toEqual([])
  })

  test('of fifty runs and sixteen parents each, from as many connections: every join is released once', async () => {
    const parents = Array.from({ length: 16 }, (_, i) => `p${i}`)
    const { id } = await aSchedule(
      db,
      [...parents.map((key) => ({ key })), { key: 'join', after: parents, rule: 'all_done' as const }],
      { maxActiveRuns: 100 },
    )
    const claims: Claim[] = []
    for (let i = 0; i < 50; i++) claims.push(...(await claimTasks(db, await aRun(db, id), parents)))
    const batches: Claim[][] = []
    const shuffled = shuffle(claims)
    while (shuffled.length > 0) batches.push(shuffled.splice(0, 1 + Math.floor(Math.random() * 12)))
    await Promise.all(
      batches.map((batch, i) =>
        i % 3 === 0
          ? failExecutions(
              db,
              batch.map((claim) => failureOf(claim)),
            )
          : completeExecutions(db, batch.flatMap(done)),
      ),
    )
    const { rows } = await db.query<{ joins: number; runs: number }>(
      `SELECT count(*)::integer AS joins, count(DISTINCT t.run_id)::integer AS runs
       FROM job_executions AS e JOIN task_runs AS t ON t.id = e.task_run_id WHERE t.task_no = 16`,
    )
    expect(rows).toEqual([{ joins: 50, runs: 50 }])
    expect(await faultsOf(db)).toEqual([])
  })
})

describe('settling beside cancels, reruns and marks', () => {
  test('nothing deadlocks, and every run is whole at any time and final in the end', async () => {
    const RUNS = 5
    const OPERATIONS = 150
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const dag: DagTask[] = [
      { key: 'a' },
      { key: 'b', after: ['a'] },
      { key: 'c', after: ['a'], rule: 'all_done' },
      { key: 'd', after: ['b', 'c'] },
      { key: 'e', after: ['b', 'c'], rule: 'one_failed' },
      { key: 'f', after: ['d', 'e'], rule: 'all_done' },
      { key: 'g', after: ['d', 'c'], rule: 'none_failed' },
      { key: 'h', after: ['f', 'g'], rule: 'one_success' },
    ]
    const { id } = await aSchedule(db, dag)
    const runs: number[] = []
    for (let i = 0; i < RUNS; i++) runs.push(await aRun(db, id))
    let isMeddling = true
    const refused = new Map<string, number>()
    const surprises: unknown[] = []
    /** A retry of `transactional` would hide a deadlock, so they are caught inside. */
    const meddle = async (fn: (tx: Parameters<typeof cancelRun>[0]) => Promise<void>) => {
      try {
        await db.transactional({ label: 'meddle' }, async (tx) => {
          try {
            await fn(tx)
          } catch (error) {
            if (sqlState(error) === '40P01') surprises.push(error)
            throw error
          }
        })
        refused.set('done', (refused.get('done') ?? 0) + 1)
      } catch (error) {
        if (error instanceof JobuError) refused.set(error.code, (refused.get(error.code) ?? 0) + 1)
        else surprises.push(error)
      }
    }
    const workers = Array.from({ length: 4 }, async () => {
      for (;;) {
        const claims = await claimSome(1 + Math.floor(Math.random() * 6))
        if (claims.length === 0 && !isMeddling) return
        const failed = claims.filter(() => Math.random() < 0.25)
        const succeeded = claims.filter((claim) => !failed.includes(claim))
        try {
          await completeExecutions(db, succeeded.flatMap(done))
          await failExecutions(
            db,
            failed.map((claim) => failureOf(claim)),
          )
        } catch (error) {
          surprises.push(error)
          return
        }
      }
    })
    let left = OPERATIONS
    const meddlers = Array.from({ length: 4 }, async () => {
      while (left-- > 0) {
        const run = pick(runs)
        const dice = Math.random()
        if (dice < 0.15) {
          await meddle((tx) => cancelRun(tx, run, 'ann'))
          await continueCancels(db, Math.random() < 0.5 ? run : null).catch((error) => surprises.push(error))
        } else if (dice < 0.5) {
          await meddle((tx) => rerunTasks(tx, run, { from: pick(['failed', 'all'] as const) }, 'ann'))
        } else if (dice < 0.65) {
          await meddle((tx) => rerunTasks(tx, run, { task: pick(keys) }, 'ann'))
        } else {
          await meddle((tx) =>
            markTask(tx, run, pick(keys), -1, pick<Mark>(['SUCCESS', 'FAILED', 'SKIPPED']), 'ann'),
          )
        }
      }
    })
    await Promise.all(meddlers)
    isMeddling = false
    await Promise.all(workers)
    await continueCancels(db)
    expect(surprises).toEqual([])
    expect(refused.get('done')).toBeGreaterThan(OPERATIONS / 10)
    expect(await faultsOf(db)).toEqual([])
    for (const run of runs) expect(await runOf(db, run)).toMatchObject({ isFinished: true, tasksLeft: 0 })
  })

  test('a rerun that meets the settling of its run waits for it and judges what it left', async () => {
    const run = await started('a->c[all_done], b->c')
    await endTasks(db, run, { a: 'FAILED' })
    const [claim] = await claimTasks(db, run, ['b'])
    let commit = () => {}
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve
    })
    let wrote = () => {}
    const hasWritten = new Promise<void>((resolve) => {
      wrote = resolve
    })
    const settled = db.transactional({ label: 'settle' }, async (tx) => {
      await completeExecutions(tx, done(claim!))
      wrote()
      await mayCommit
    })
    await hasWritten
    const rerun = db.transactional({ label: 'rerun' }, (tx) => rerunTasks(tx, run, { from: 'failed' }, 'ann'))
    await bench.untilBlocked()
    commit()
    await settled
    await expect(rerun).rejects.toMatchObject({ code: 'TASK_NOT_RERUNNABLE' })
    expect(await statesOf(db, run)).toEqual({ a: 'FAILED', c: 'QUEUED', b: 'SUCCESS' })
  })
})

/** As a worker does, whatever it finds. */
async function claimSome(count: number): Promise<Claim[]> {
  const { rows } = await db.query<Claim>(
    `UPDATE job_executions AS e
     SET status = 'RUNNING', ready_at = NULL, started_at = clock_timestamp(), lease_expires_at = now() + interval '1 minute',
       worker_id = 'worker-1', attempt = attempt + 1
     FROM (SELECT id, scheduled_time FROM job_executions WHERE status = 'PENDING' LIMIT $1 FOR UPDATE SKIP LOCKED) AS p
     WHERE e.id = p.id AND e.scheduled_time = p.scheduled_time
     RETURNING e.id, e.scheduled_time AS "scheduledTime", e.attempt`,
    [count],
  )
  return rows
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!

function shuffle<T>(list: readonly T[]): T[] {
  const rest = [...list]
  return list.map(() => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]!)
}
