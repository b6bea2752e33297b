import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, type CronState, type ExecutionState, secondsAgo } from '../../../test/support/builders.ts'
import {
  CHANNELS,
  createCron,
  getCron,
  lockCron,
  RETRYABLE_STATUSES,
  TRANSITIONS,
  updateCron,
} from '../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())

/** The name of the rule that a write violated. */
const violated = (write: Promise<unknown>) =>
  write.then(
    () => 'none',
    (error) => error.cause?.constraint ?? error.constraint ?? error,
  )

describe('a violated rule of an execution names itself', () => {
  test.each<[string, ExecutionState]>([
    ['executions_finished_at_matches_status', { status: 'SUCCESS', finishedAt: null }],
    ['executions_finished_at_matches_status', { finishedAt: new Date() }],
    ['executions_lease_matches_status', { status: 'RUNNING', leaseExpiresAt: null }],
    ['executions_lease_matches_status', { leaseExpiresAt: new Date() }],
    ['executions_ready_or_waiting_while_pending', { readyAt: null }],
    ['executions_ready_or_waiting_while_pending', { readyAt: new Date(), waitingFor: 'time' }],
    ['executions_ready_or_waiting_while_pending', { status: 'SUCCESS', waitingFor: 'time' }],
    ['executions_running_has_worker', { status: 'RUNNING', workerId: null }],
    ['executions_cancel_only_running', { cancelRequestedAt: new Date() }],
    ['executions_progress_range', { progressPercentage: 101 }],
    ['executions_progress_range', { progressPercentage: -1 }],
  ])('%s by %j', async (rule, state) => {
    expect(await violated(bench.anExecution(state))).toBe(rule)
  })

  test('a slot is unique for ever, also across its statuses; jobs without a cron are not slots', async () => {
    const cron = await bench.aCron()
    const scheduledTime = secondsAgo(60)
    await bench.anExecution({ jobId: cron.id, scheduledTime, status: 'SUCCESS' })
    expect(await violated(bench.anExecution({ jobId: cron.id, scheduledTime }))).toMatch(
      /^job_executions_p\d{4}_\d{2}_job_id_scheduled_time_idx$/,
    )
    await bench.anExecution({ scheduledTime })
    expect(await violated(bench.anExecution({ scheduledTime }))).toBe('none')
  })
})

describe('a violated rule of a cron names itself', () => {
  test.each<[string, CronState]>([
    ['cron_jobs_deleted_is_disabled', { deletedAt: new Date() }],
    ['cron_jobs_max_retry_range', { maxRetry: 1_001 }],
    ['cron_jobs_max_retry_range', { maxRetry: -1 }],
    ['cron_jobs_retry_delay_range', { retryDelaySeconds: 604_801 }],
    ['cron_jobs_timeout_positive', { timeoutSeconds: 0 }],
    ['cron_jobs_jitter_not_negative', { jitterSeconds: -1 }],
    ['cron_jobs_misfire_limit_range', { misfireLimit: 0 }],
    ['cron_jobs_misfire_limit_range', { misfireLimit: 10_001 }],
    ['cron_jobs_misfire_grace_not_negative', { misfireGraceSeconds: -1 }],
    ['cron_jobs_max_runs_positive', { maxRuns: 0 }],
    ['cron_jobs_pause_after_failures_positive', { pauseAfterFailures: 0 }],
    ['cron_jobs_window_is_forward', { startAt: new Date(1_000), endAt: new Date(1_000) }],
  ])('%s by %j', async (rule, state) => {
    expect(await violated(bench.aCron(state))).toBe(rule)
  })
})

describe('crons', () => {
  const fields = { cronExpression: '* * * * *', timezone: 'UTC', handlerName: 'echo' }

  test('a name that is taken is refused, on creation and on renaming, and free again once its cron is deleted', async () => {
    const first = await createCron(bench.db, { ...fields, name: 'nightly' })
    const other = await createCron(bench.db, { ...fields, name: 'daily' })
    await expect(createCron(bench.db, { ...fields, name: 'nightly' })).rejects.toMatchObject({
      code: 'CRON_NAME_TAKEN',
      details: [{ field: 'name', received: 'nightly' }],
    })
    await expect(updateCron(bench.db, other.id, { name: 'nightly' })).rejects.toMatchObject({
      code: 'CRON_NAME_TAKEN',
    })
    await updateCron(bench.db, first.id, { isEnabled: false, deletedAt: new Date() })
    await createCron(bench.db, { ...fields, name: 'nightly' })
    for (const find of [getCron, lockCron]) {
      await expect(find(bench.db, first.id)).rejects.toMatchObject({ code: 'CRON_NOT_FOUND' })
    }
    await expect(updateCron(bench.db, first.id, {})).rejects.toMatchObject({ code: 'CRON_NOT_FOUND' })
  })

  test('every edit raises the version, and writes only what is given', async () => {
    const cron = await createCron(bench.db, { ...fields, name: 'versioned', tags: ['a'] })
    expect(await updateCron(bench.db, cron.id, { priority: 3 })).toMatchObject({
      version: 2,
      priority: 3,
      tags: ['a'],
      name: 'versioned',
    })
  })

  test('what may change the next run wakes the dispatchers; what cannot does not', async () => {
    const hearing = await bench.listen(CHANNELS.dispatch, 'marker')
    const cron = await createCron(bench.db, { ...fields, name: 'noticed' })
    await updateCron(bench.db, cron.id, { isEnabled: false })
    await updateCron(bench.db, cron.id, { cronExpression: '0 * * * *' })
    await updateCron(bench.db, cron.id, { description: 'x', nextRunAt: new Date() })
    await bench.db.query(`NOTIFY marker`)
    await hearing.until(4)
    expect(hearing.heard).toEqual(['jobu_crons', 'jobu_crons', 'jobu_crons', 'marker'])
  })
})

describe('states', () => {
  test('only FAILED, TIMEOUT and CANCELLED are retried by a person', () => {
    expect([...RETRYABLE_STATUSES].sort()).toEqual(['CANCELLED', 'FAILED', 'TIMEOUT'])
  })

  test('a PENDING one may fail without running: nobody serves its handler', () => {
    expect(TRANSITIONS.PENDING).toContain('FAILED')
  })
})
