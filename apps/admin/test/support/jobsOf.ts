import { type ClaimedExecution, claimExecutions, completeExecutions, failExecutions } from '@jobu/db'
import type { TestApp } from './startTestApp.ts'

const DAY_MS = 86_400_000
export const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()

let queues = 0

/** Jobs in any state, made through the API and the engine. */
export function jobsOf(app: () => TestApp) {
  async function create(job: Record<string, unknown> = {}) {
    const { body } = await app()
      .api.post('/jobs')
      .send({ handler_name: 'echo', ...job })
      .expect(201)
    return body
  }

  async function refused(job: Record<string, unknown>) {
    const { body } = await app()
      .api.post('/jobs')
      .send({ handler_name: 'echo', ...job })
      .expect(400)
    return body.error
  }

  /** A job that worker `w` has claimed, alone in a queue of its own. */
  async function aRunningJob(job: Record<string, unknown> = {}) {
    const queue = `queue-${++queues}`
    const { id } = await create({ queue, ...job })
    const [claim] = await claimExecutions(app().database, {
      workerId: 'w',
      leaseMs: 60_000,
      limit: 1,
      ranges: [{ queue, highestPriority: 100, lowestPriority: -100, readyFrom: null }],
      handlers: ['echo'],
      scheduledFrom: null,
    })
    return { id: id as number, claim: claim! }
  }

  const fail = (claim: ClaimedExecution, message = 'boom') =>
    failExecutions(app().database, [
      { ...claim, outcome: 'FAILED', reason: 'HANDLER_ERROR', message, stack: 'at x', retryDelayMs: null },
    ])

  async function aFailedJob(message?: string, job?: Record<string, unknown>): Promise<number> {
    const { id, claim } = await aRunningJob(job)
    await fail(claim, message)
    return id
  }

  async function aSuccessfulJob(job?: Record<string, unknown>): Promise<number> {
    const { id, claim } = await aRunningJob(job)
    await completeExecutions(app().database, [{ ...claim, result: '{"ok":true}' }])
    return id
  }

  /** How many executions there are. */
  async function executions(): Promise<number> {
    const { rows } = await app().database.query<{ count: number }>('SELECT count(*) FROM job_executions')
    return rows[0]!.count
  }

  /** The entries of the audit log since the test began it, oldest first. */
  async function audited(): Promise<Array<Record<string, unknown>>> {
    const { rows } = await app().database.query(
      `SELECT actor_name, action, target_type, target_id, target_name, before, after
       FROM audit_log WHERE target_type IN ('job', 'jobs') ORDER BY id`,
    )
    await app().database.query('DELETE FROM audit_log')
    return rows
  }

  return { create, refused, aRunningJob, aFailedJob, aSuccessfulJob, executions, audited }
}
