import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Bench } from '../../../test/support/builders.ts'
import { type DagTask, type Ending, interpretDag, type Outcome } from '../../../test/support/interpretDag.ts'
import {
  aRun,
  aSchedule,
  claimTasks,
  expandTask,
  failureOf,
  faultsOf,
  runOf,
  tasksOf,
} from '../../../test/support/workflows.ts'
import {
  type Claim,
  completeExecutions,
  type Database,
  failExecutions,
  markTask,
  TRIGGER_RULES,
} from '../src/index.ts'

/** `JOBU_TEST_DAGS=2000` looks longer. */
const DAGS = Number(process.env.JOBU_TEST_DAGS ?? 40)

let bench: Bench
let db: Database
beforeAll(async () => {
  bench = await Bench.open()
  db = bench.db
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const ending = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Ending>('SUCCESS') },
  { weight: 3, arbitrary: fc.constantFrom<Ending>('FAILED', 'TIMEOUT', 'CANCELLED') },
)
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 8, arbitrary: ending },
  { weight: 1, arbitrary: fc.constant({ condition: false as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      items: fc.array(fc.oneof(ending, fc.constant('SKIPPED' as const)), { maxLength: 4 }),
    }),
  },
)

/** Tasks that depend on tasks before them in the list, then listed in any order. */
const dag = fc
  .array(
    fc.record({
      parents: fc.array(fc.nat(), { maxLength: 4 }),
      rule: fc.constantFrom(...TRIGGER_RULES),
      outcome,
      place: fc.nat(),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((drawn) => {
    const tasks = drawn.map(({ parents, rule, outcome, place }, i) => ({
      key: `t${i}`,
      depends_on: i === 0 ? [] : [...new Set(parents.map((parent) => `t${parent % i}`))],
      trigger_rule: rule,
      outcome,
      place,
    }))
    return tasks.sort((a, b) => a.place - b.place)
  })

test('random DAGs, rules, outcomes and orders of settling come to what the plain interpreter says', async () => {
  await fc.assert(
    fc.asyncProperty(dag, fc.nat(), async (tasks, seed) => {
      const outcomes = Object.fromEntries(tasks.map(({ key, outcome }) => [key, outcome]))
      const { id } = await aSchedule(
        db,
        tasks.map(({ key, depends_on, trigger_rule, outcome }) => ({
          key,
          after: depends_on,
          rule: trigger_rule,
          isDecided: typeof outcome !== 'string',
        })),
      )
      const runs = [await aRun(db, id), await aRun(db, id), await aRun(db, id)]
      await settleAll(runs, outcomes, random(seed))

      const expected = interpretDag(tasks as DagTask[], outcomes)
      for (const run of runs) {
        const rows = (await tasksOf(db, run)).filter(({ item }) => item === -1)
        expect(new Map(rows.map(({ key, state, reason }) => [key, { state, reason }]))).toEqual(
          expected.tasks,
        )
        for (const { key, state, executions } of rows) {
          const isRun = typeof outcomes[key] === 'string' && state !== 'SKIPPED'
          expect([key, executions]).toEqual([key, isRun ? 1 : 0])
        }
        expect(await runOf(db, run)).toMatchObject({
          status: expected.run,
          isFinished: true,
          isFollowUpDue: true,
        })
      }
      expect(await faultsOf(db)).toEqual([])
      await bench.clear()
    }),
    { numRuns: DAGS },
  )
}, 120_000)

/** Ends what there is to end, in any order, in statements of any size, one after the other or several at once. */
async function settleAll(
  runs: number[],
  outcomes: Record<string, Outcome>,
  dice: (sides: number) => number,
): Promise<void> {
  for (;;) {
    const open: Array<{ run: number; id: number; key: string; item: number; state: string }> = []
    for (const run of runs) {
      for (const task of await tasksOf(db, run)) {
        if (task.state === 'QUEUED' || task.state === 'DECIDING') open.push({ run, ...task })
      }
    }
    if (open.length === 0) return
    const statements: Array<Array<{ claim: Claim; ending: Ending }>> = []
    for (let batch: (typeof statements)[number] = []; open.length > 0; ) {
      const { run, id, key, item, state } = open.splice(dice(open.length), 1)[0]!
      const outcome = outcomes[key]!
      if (state === 'DECIDING') {
        await decide(run, id, key, outcome)
      } else {
        const ending =
          typeof outcome === 'string' ? outcome : 'items' in outcome ? outcome.items[item]! : 'SKIPPED'
        if (ending === 'SKIPPED') {
          await db.transactional({ label: 'skip' }, (tx) => markTask(tx, run, key, item, 'SKIPPED', 'ann'))
        } else {
          const [claim] = await claimTasks(db, run, [item === -1 ? key : `${key}.${item}`])
          batch.push({ claim: claim!, ending })
        }
      }
      if (batch.length > 0 && (open.length === 0 || dice(3) === 0)) {
        statements.push(batch)
        batch = []
      }
      // The rest waits for another round: it ends before or after what is released now.
      if (dice(8) === 0 && batch.length === 0) break
    }
    const settle = async (batch: (typeof statements)[number]) => {
      const done = batch.filter(({ ending }) => ending === 'SUCCESS')
      const bad = batch.filter(({ ending }) => ending !== 'SUCCESS')
      await completeExecutions(
        db,
        done.map(({ claim }) => ({ ...claim, result: 'null' })),
      )
      await failExecutions(
        db,
        bad.map(({ claim, ending }) => failureOf(claim, ending as 'FAILED')),
      )
    }
    if (dice(2) === 0) await Promise.all(statements.map(settle))
    else for (const batch of statements) await settle(batch)
  }
}

/** As a dispatcher does. */
async function decide(run: number, id: number, key: string, outcome: Outcome): Promise<void> {
  if (typeof outcome !== 'string' && 'items' in outcome && outcome.items.length > 0) {
    await expandTask(db, run, key, outcome.items)
    return
  }
  await db.transactional({ label: 'decide' }, async (tx) => {
    await tx.query('SELECT FROM schedule_runs WHERE id = $1 FOR NO KEY UPDATE', [run])
    const isSkipped = typeof outcome !== 'string' && 'condition' in outcome
    await tx.query(
      `UPDATE task_runs SET state = $2, reason = $3, finished_at = clock_timestamp(), attention_at = NULL WHERE id = $1`,
      isSkipped ? [id, 'SKIPPED', 'CONDITION'] : [id, 'SUCCESS', null],
    )
    await tx.query('SELECT jobu_advance_tasks($1, true)', [[id]])
  })
}

function random(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}
