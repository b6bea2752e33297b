import {
  insertExecutions,
  type NewExecution,
  noteNotifications,
  type RunOutcome,
  type RunStatus,
  summarizeRun,
  type Tx,
} from '@jobu/db'
import { type MailTemplates, type Notifications, type RunSummary, renderMail } from '@jobu/workflow'

/** Tasks a mail lists; a reader of more opens the run. */
const MOST_TASKS = 200
/** Tries after the first; with exponential backoff about two days. */
const MAX_RETRY = 15
const RETRY_DELAY_SECONDS = 30

/**
 * Tells of a run's end, by one execution for the mail and one for each webhook: they are retried and can be seen like
 * any other, and are there if and only if the transaction that ends the run's follow-up commits. A cancelled run is told
 * to nobody: whoever cancelled it knows.
 *
 * @param publicUrl  where people reach the UI; null: mails carry no link
 * @returns how many executions were enqueued
 */
export async function notifyRun(
  tx: Tx,
  run: { id: number; status: RunStatus },
  publicUrl: string | null,
): Promise<number> {
  if (run.status !== 'SUCCESS' && run.status !== 'FAILED') return 0
  const outcome = await summarizeRun(tx, run.id, MOST_TASKS)
  if (!outcome) return 0
  const summary = summaryOf(outcome, publicUrl)
  // A schedule made without any holds an empty object.
  const notifications = outcome.notifications as Partial<Notifications>
  const jobs = [...mailsOf(summary, notifications), ...webhooksOf(summary, outcome, notifications)]
  if (jobs.length === 0) return 0
  const keys = await insertExecutions(tx, jobs)
  await noteNotifications(
    tx,
    run.id,
    keys.map((key) => key.id),
  )
  return keys.length
}

function mailsOf(summary: RunSummary, notifications: Partial<Notifications>): NewExecution[] {
  const kind = summary.run.status === 'SUCCESS' ? 'success' : 'failure'
  const { recipients = [], templates } = notifications
  if (!notifications[`on_${kind}`] || recipients.length === 0) return []
  const own: Partial<MailTemplates> = {}
  const [subject, text] = [templates?.[`${kind}_subject`], templates?.[`${kind}_body`]]
  if (typeof subject === 'string') own.subject = subject
  if (typeof text === 'string') own.text = text
  return [aNotification('email', { to: recipients, ...renderMail(summary, own) })]
}

/** Signed by the worker, as https://www.standardwebhooks.com says: only it knows the secret. */
function webhooksOf(
  summary: RunSummary,
  outcome: RunOutcome,
  notifications: Partial<Notifications>,
): NewExecution[] {
  const kind = summary.run.status === 'SUCCESS' ? 'success' : 'failure'
  const { id, scheduleId, status, params } = outcome
  const body = {
    type: `schedule.run.${kind}`,
    timestamp: outcome.finishedAt.toISOString(),
    data: {
      schedule: { id: scheduleId, title: outcome.title, owner: outcome.owner },
      run: {
        ...{ id, status, params, url: summary.run.url, error_message: outcome.errorMessage },
        scheduled_time: outcome.scheduledTime.toISOString(),
        started_at: outcome.startedAt?.toISOString() ?? null,
        finished_at: outcome.finishedAt.toISOString(),
      },
      task_counts: summary.counts,
      tasks: summary.tasks.map(({ key, status, error_message }) => ({ key, status, error_message })),
    },
  }
  return (notifications.webhooks ?? [])
    .filter(({ on }) => on.includes(kind))
    .map(({ url, secret }) =>
      aNotification('http', {
        url,
        method: 'POST',
        body,
        ...(secret ? { signing_secret: secret } : {}),
      }),
    )
}

function aNotification(handlerName: string, params: Record<string, unknown>): NewExecution {
  return {
    handlerName,
    params,
    paramSource: 'schedule',
    maxRetry: MAX_RETRY,
    retryDelaySeconds: RETRY_DELAY_SECONDS,
    timeoutSeconds: 300,
  }
}

function summaryOf(outcome: RunOutcome, publicUrl: string | null): RunSummary {
  const { id, scheduleId, title, owner, timezone, params, startedAt, finishedAt } = outcome
  const shown = (at: Date | null) => (at === null ? '' : inZone(at, timezone))
  return {
    schedule: { id: scheduleId, title, owner, timezone },
    run: {
      id,
      status: outcome.status,
      scheduled_time: shown(outcome.scheduledTime),
      started_at: shown(startedAt),
      finished_at: shown(finishedAt),
      duration: durationText(startedAt, finishedAt) ?? '',
      params,
      error_message: outcome.errorMessage,
      url: publicUrl === null ? null : `${publicUrl.replace(/\/+$/, '')}/schedules/${scheduleId}/runs/${id}`,
    },
    counts: outcome.counts as Record<string, number>,
    tasks: outcome.tasks.map((task) => ({
      key: task.key,
      status: task.state,
      duration: durationText(task.startedAt, task.finishedAt),
      attempts: task.attempts,
      error_message: task.errorMessage,
    })),
    tasks_left_out:
      Object.values(outcome.counts).reduce((sum, count) => sum + count, 0) - outcome.tasks.length,
  }
}

function inZone(at: Date, timezone: string): string {
  // The locale whose form is that of ISO 8601.
  const text = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    timeZone: timezone,
  })
  return `${text.format(at)} ${timezone}`
}

/** As `1h 2m 3s`; null for what never ran. */
function durationText(from: Date | null, to: Date): string | null {
  if (from === null) return null
  const ms = Math.max(to.getTime() - from.getTime(), 0)
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}s`
  const parts = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60]
  return parts.flatMap((part, at) => (part > 0 ? `${part}${'hms'[at]}` : [])).join(' ')
}
