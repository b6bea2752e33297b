import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from '../../../../../test/support/builders.ts'
import { aRun, aSchedule, expandTask, statesOf } from '../../../../../test/support/workflows.ts'
import {
  cancelRun,
  continueCancels,
  type Database,
  markTask,
  rerunTasks,
  type Tx,
} from '../../../src/index.ts'

let bench: Bench
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  db = bench.db
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const SIZE = 600

interface Plan {
  'Rows Removed by Join Filter'?: number
  Plans?: Plan[]
}

const dropped = (plan: Plan): number =>
  (plan['Rows Removed by Join Filter'] ?? 0) + (plan.Plans ?? []).reduce((sum, one) => sum + dropped(one), 0)

/** The connection, which also explains the statement of a name and keeps how many pairs of rows it compared in vain. */
function explaining<T extends Tx>(tx: T, name: string, found: number[]): T {
  const query = async (given: unknown, values?: unknown[]) => {
    const one = given as { name?: string; text: string; values?: unknown[] }
    if (typeof given !== 'string' && one.name === name) {
      const { rows } = await tx.query<{ 'QUERY PLAN': Array<{ Plan: Plan }> }>({
        text: `EXPLAIN (ANALYZE, FORMAT JSON) ${one.text}`,
        values: one.values,
      } as never)
      found.push(dropped(rows[0]!['QUERY PLAN'][0]!.Plan))
    }
    return tx.query(given as never, values as never)
  }
  return new Proxy(tx, { get: (target, key) => (key === 'query' ? query : Reflect.get(target, key)) })
}

/** A run of a list that was expanded a moment ago, of which the planner knows nothing. */
async function aList(): Promise<number> {
  const run = await aRun(db, (await aSchedule(db, [{ key: 'list', isDecided: true }])).id)
  await expandTask(
    db,
    run,
    'list',
    Array.from({ length: SIZE }, (_, item) => item),
  )
  return run
}

// Compared with each other, 10,000 items and as many active executions take ten seconds: all have run by then.
describe('of a run that has just become big, each row is looked up, not compared with all others', () => {
  test('cancelling its executions', async () => {
    const run = await aList()
    await db.transactional({ label: 'cancel' }, (tx) => cancelRun(tx, run, 'ann'))
    const found: number[] = []
    await continueCancels(explaining(db, 'executionsToCancel', found), run)
    expect(found).toEqual([0])
    expect(await statesOf(db, run)).toMatchObject({
      list: 'CANCELLED RUN_CANCELLED',
      'list.599': 'CANCELLED',
    })
  })

  test('marking its task, whose items are all cancelled', async () => {
    const run = await aList()
    const found: number[] = []
    await db.transactional({ label: 'mark' }, (tx) =>
      markTask(explaining(tx, 'executionsToMark', found), run, 'list', -1, 'SKIPPED', 'ann'),
    )
    expect(found).toEqual([0, 0])
    expect(await statesOf(db, run)).toMatchObject({
      list: 'SKIPPED SKIPPED_BY_USER',
      'list.599': 'CANCELLED',
    })
  })

  test('choosing the tasks to run again', async () => {
    const tasks = Array.from({ length: SIZE }, (_, no) => ({
      key: `t${no}`,
      after: no === 0 ? [] : [`t${(no - 1) >> 1}`],
    }))
    const run = await aRun(db, (await aSchedule(db, tasks)).id)
    await db.transactional({ label: 'cancel' }, (tx) => cancelRun(tx, run, 'ann'))
    await continueCancels(db, run)
    const found: number[] = []
    await db.transactional({ label: 'rerun' }, (tx) =>
      rerunTasks(explaining(tx, 'tasksToRerun', found), run, { from: 'all' }, 'ann'),
    )
    expect(found).toEqual([0])
    expect(await statesOf(db, run)).toMatchObject({ t0: 'QUEUED', t599: 'WAITING' })
  })
})
