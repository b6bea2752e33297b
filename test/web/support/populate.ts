import { until } from '../../support/until.ts'
import type { WebStack } from './WebStack.ts'

/** Something of everything there is to see: crons, a schedule, executions in every state, one that runs at 40 percent. */
export interface Populated {
  cronId: number
  scheduleId: number
  /** Of the schedule: it waits for a person at `sign_off`. */
  runId: number
  successId: number
  failedId: number
  runningId: number
}

export async function populate(stack: WebStack): Promise<Populated> {
  const cron = await stack.api<{ id: number }>('POST', '/crons', {
    name: 'nightly warehouse load',
    description: 'Loads the orders of the day',
    cron_expression: '30 2 * * *',
    timezone: 'America/New_York',
    handler_name: 'gated',
    handler_params: { gate: 'never' },
    tags: ['warehouse', 'nightly'],
    owner: 'data team',
  })
  await stack.api('POST', '/crons', {
    name: 'paused cron',
    cron_expression: '*/5 * * * *',
    handler_name: 'echo',
    is_enabled: false,
  })
  const schedule = await stack.api<{ id: number }>('POST', '/schedules', {
    title: 'nightly report',
    description: 'Reads the orders of the day and reports them',
    owner: 'sales',
    tags: ['report', 'nightly'],
    frequency: 'daily',
    time: '02:30',
    notifications: { on_failure: true, recipients: ['team@example.com'] },
    tasks: [
      { key: 'extract', handler_name: 'echo', params: { message: 'rows' }, max_retry: 2 },
      { key: 'sign_off', approval: { message: 'Are they right?' }, depends_on: ['extract'] },
      { key: 'report', handler_name: 'echo', params: { message: 'all' }, depends_on: ['sign_off'] },
      { key: 'alert', handler_name: 'echo', depends_on: ['extract'], trigger_rule: 'one_failed' },
    ],
  })
  const run = await stack.api<{ id: number }>('POST', `/schedules/${schedule.id}/start`, {})
  await stack.api('POST', '/tokens', { name: 'deployments', role: 'operator', expires_in_days: 30 })
  await stack.moveGate('running', { progress: 40, step: 'copying rows' })
  await stack.moveGate('failing', { progress: 70, step: 'writing', outcome: 'disk full on /data/7' })
  await stack.moveGate('done', { progress: 100, step: 'done', outcome: 'SUCCESS' })
  const enqueue = async (params: object, extra: object = {}) =>
    (await stack.api<{ id: number }>('POST', '/jobs', { handler_name: 'gated', params, ...extra })).id
  const [runningId, failedId, successId, waitingId] = await Promise.all([
    enqueue({ gate: 'running' }),
    enqueue({ gate: 'failing' }),
    enqueue({ gate: 'done' }),
    enqueue({ gate: 'done' }, { scheduled_time: new Date(Date.now() + 3_600_000).toISOString() }),
  ])
  await stack.api('POST', `/jobs/${waitingId}/cancel`)
  await stack.api('POST', '/jobs', {
    handler_name: 'echo',
    scheduled_time: new Date(Date.now() + 7_200_000).toISOString(),
  })
  for (const [id, status] of [
    [runningId, 'RUNNING'],
    [failedId, 'FAILED'],
    [successId, 'SUCCESS'],
  ] as const) {
    await until(`execution ${id} is ${status}`, async () => {
      const job = await stack.api<{ status: string; progress_percentage: number | null }>(
        'GET',
        `/jobs/${id}`,
      )
      return job.status === status && (status !== 'RUNNING' || job.progress_percentage === 40) && job
    })
  }
  return { cronId: cron.id, scheduleId: schedule.id, runId: run.id, successId, failedId, runningId }
}
