import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Bench, type Execution } from '../../../test/support/builders.ts'
import {
  cancelExecutions,
  claimExecutions,
  completeExecutions,
  type ExecutionStatus,
  extendLeases,
  FINAL_STATUSES,
  failExecutions,
  failOrphanedHandlers,
  findExpiredLeases,
  listAttempts,
  promoteDueExecutions,
  recordProgress,
  releaseUnheld,
  retryExecutions,
  schema,
  TRANSITIONS,
} from '../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())

/** A worker's view: the token it was given, or one it was given before. */
type Token = 'current' | 'stale'

interface Step {
  name: string
  /** Uses this token; undefined where it uses none. */
  token?: Token
  run(row: Execution): Promise<unknown>
}

const withToken = (row: Execution, token: Token) => ({
  id: row.id,
  scheduledTime: row.scheduledTime,
  attempt: token === 'current' ? row.attempt : row.attempt - 1,
})

const claim: Step = {
  name: 'claim',
  run: () =>
    claimExecutions(bench.db, {
      workerId: 'worker-1',
      leaseMs: 30_000,
      limit: 1,
      ranges: [{ queue: 'default', highestPriority: 9, lowestPriority: -9, readyFrom: null }],
      handlers: ['echo'],
      scheduledFrom: null,
    }),
}
const complete = (token: Token): Step => ({
  name: 'complete',
  token,
  run: (row) => completeExecutions(bench.db, [{ ...withToken(row, token), result: '{"done":true}' }]),
})
const fail = (
  token: Token,
  outcome: 'FAILED' | 'TIMEOUT' | 'CANCELLED' | 'RELEASED',
  retryDelayMs: number | null,
): Step => ({
  name: `fail as ${outcome}, retry in ${retryDelayMs}`,
  token,
  run: (row) =>
    failExecutions(bench.db, [
      {
        ...withToken(row, token),
        outcome,
        reason: 'HANDLER_ERROR',
        message: 'no',
        stack: null,
        retryDelayMs,
      },
    ]),
})
const extend = (token: Token): Step => ({
  name: 'extend',
  token,
  run: (row) => extendLeases(bench.db, [withToken(row, token)], 30_000),
})
const progress = (token: Token): Step => ({
  name: 'progress',
  token,
  run: (row) => recordProgress(bench.db, [{ ...withToken(row, token), percent: 50, step: 'half' }]),
})
const cancel: Step = { name: 'cancel', run: (row) => cancelExecutions(bench.db, [row], 'ann') }
const retry: Step = { name: 'retry', run: (row) => retryExecutions(bench.db, [row]) }
const release: Step = { name: 'release', run: () => releaseUnheld(bench.db, 'worker-1', []) }
const orphan: Step = { name: 'orphan', run: () => failOrphanedHandlers(bench.db, 0) }
const promote: Step = {
  name: 'promote',
  run: async (row) => {
    await bench.db.query(`UPDATE job_executions SET run_at = now() WHERE id = $1 AND waiting_for = 'time'`, [
      row.id,
    ])
    await promoteDueExecutions(bench.db, 10)
  },
}
const reap: Step = {
  name: 'reap',
  run: async (row) => {
    await bench.db.query(
      `UPDATE job_executions SET lease_expires_at = now() - interval '1 second' WHERE id = $1 AND status = 'RUNNING'`,
      [row.id],
    )
    await bench.db.transactional({ label: 'reap' }, async (tx) => {
      const expired = await findExpiredLeases(tx, 10)
      if (expired.length === 0) return
      await failExecutions(
        tx,
        expired.map((lease) => ({
          ...lease,
          outcome: 'FAILED',
          reason: 'WORKER_LOST',
          message: 'worker lost',
          stack: null,
          retryDelayMs: 1_000,
        })),
      )
    })
  },
}

const token = fc.constantFrom<Token>('current', 'current', 'current', 'stale')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(claim) },
  { weight: 2, arbitrary: token.map(complete) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        token,
        fc.constantFrom('FAILED' as const, 'TIMEOUT' as const, 'CANCELLED' as const, 'RELEASED' as const),
        fc.constantFrom(null, 0, 1_000),
      )
      .map(([which, outcome, delay]) => fail(which, outcome, delay)),
  },
  { weight: 1, arbitrary: token.map(extend) },
  { weight: 1, arbitrary: token.map(progress) },
  { weight: 6, arbitrary: fc.constantFrom(cancel, retry, retry, release, promote, reap) },
  { weight: 1, arbitrary: fc.constantFrom(orphan) },
)

const isFinal = (status: ExecutionStatus) => (FINAL_STATUSES as ExecutionStatus[]).includes(status)

describe('whatever happens to one execution', () => {
  test('its status moves only as states.ts says, its token never falls, and a stale token changes nothing', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3 }),
        fc.array(step, { maxLength: 25 }),
        async (maxRetry, steps) => {
          await bench.clear()
          // A live worker that does not have the handler, for the orphans.
          await bench.db.query(
            `INSERT INTO workers (id, hostname, pid, version, queues, handlers, pool_size, started_at)
           VALUES ('other', 'h', 1, '1', '{default}', '{http}', 1, now() - interval '1 minute')`,
          )
          let row = await bench.anExecution({ maxRetry })
          let endings = 0
          for (const { name, token, run } of steps) {
            const before = row
            await run(before)
            row = await bench.execution(before)
            seen.add(`${name}: ${before.status} to ${row.status}`)
            if (token === 'stale') expect(row).toEqual(before)
            if (before.status !== row.status) {
              expect(TRANSITIONS[before.status]).toContain(row.status)
              if (isFinal(row.status)) endings++
            }
            const isClaim = before.status === 'PENDING' && row.status === 'RUNNING'
            expect(row.attempt).toBe(before.attempt + (isClaim ? 1 : 0))
            expect(row.retryCount).toBeGreaterThanOrEqual(before.retryCount)
            if (isFinal(before.status) && name !== 'retry') expect(row).toEqual(before)
            // Whoever asked to cancel finds it over, or still being asked; it never runs on as if nothing was said.
            if (before.cancelRequestedAt !== null && row.status === 'PENDING')
              throw new Error(`${name} lost a cancel`)
          }
          const deltas = await bench.db.db.select().from(schema.executionStatDeltas)
          expect(deltas.reduce((sum, delta) => sum + delta.count, 0)).toBe(endings)
          const attempts = (await listAttempts(bench.db, row)).map(({ attempt }) => attempt)
          expect(new Set(attempts).size).toBe(attempts.length)
          expect(Math.max(0, ...attempts)).toBeLessThanOrEqual(row.attempt)
        },
      ),
      {
        numRuns: 150,
        // So that every run of the test goes everywhere at least once.
        examples: [
          [0, [claim, reap, retry, claim, complete('stale'), complete('current'), retry]],
          [0, [orphan, retry, cancel, retry, claim, release, claim, cancel, release, retry]],
          [2, [claim, fail('current', 'TIMEOUT', 1_000), promote, claim, cancel, reap]],
        ],
      },
    )
    // The sequences went where they should have.
    for (const move of [
      'claim: PENDING to RUNNING',
      'complete: RUNNING to SUCCESS',
      'cancel: PENDING to CANCELLED',
      'retry: CANCELLED to PENDING',
      'retry: FAILED to PENDING',
      'reap: RUNNING to FAILED',
      'release: RUNNING to PENDING',
      'orphan: PENDING to FAILED',
    ]) {
      expect(seen).toContain(move)
    }
  }, 300_000)
})
