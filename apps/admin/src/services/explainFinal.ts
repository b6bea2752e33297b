import {
  type CronRow,
  type ExecutionRow,
  lastAuditOf,
  listSchedulerStops,
  REASONS,
  type Reason,
  type Tx,
} from '@jobu/db'
import type { Cause } from './explainJob.ts'
import { inWords } from './inWords.ts'

/** How an execution came to its end. */
export async function explainFinal(tx: Tx, row: ExecutionRow, cron: CronRow | null): Promise<Cause[]> {
  switch (row.status) {
    case 'SUCCESS':
      return [succeeded(row)]
    case 'CANCELLED':
      return cancelled(tx, row, cron)
    case 'SKIPPED':
      return skipped(tx, row, cron)
    default:
      return failed(row)
  }
}

function succeeded(row: ExecutionRow): Cause {
  const lateMs = row.startedAt!.getTime() - row.runAt.getTime()
  const durationMs = row.finishedAt!.getTime() - row.startedAt!.getTime()
  return {
    code: 'SUCCEEDED',
    message: `It succeeded at ${row.finishedAt!.toISOString()} on ${row.workerId}: started ${inWords(lateMs)} after it was due, ran ${inWords(durationMs)}${row.attempt > 1 ? `, at attempt ${row.attempt}` : ''}.`,
    details: {
      worker_id: row.workerId,
      due_at: row.runAt,
      started_at: row.startedAt,
      finished_at: row.finishedAt,
      late_ms: Math.max(0, lateMs),
      duration_ms: durationMs,
      attempt: row.attempt,
    },
  }
}

function failed(row: ExecutionRow): Cause[] {
  const what = row.status === 'TIMEOUT' ? 'timed out' : 'failed'
  const where = row.workerId ? ` on ${row.workerId}` : ''
  const causes: Cause[] = [
    {
      code: reasonOf(row) ?? (row.status === 'TIMEOUT' ? 'TIMEOUT' : 'FAILED'),
      message: `It ${what} at ${row.finishedAt!.toISOString()}${where}: ${row.errorMessage ?? 'no error was given'}.`,
      details: {
        reason: row.reason,
        error_message: row.errorMessage,
        worker_id: row.workerId,
        finished_at: row.finishedAt,
        attempt: row.attempt,
      },
    },
  ]
  const details = { retry_count: row.retryCount, max_retry: row.maxRetry }
  if (row.maxRetry === 0) {
    causes.push({ code: 'NO_RETRIES', message: 'No retry was asked for (max_retry 0).', details })
  } else if (row.retryCount >= row.maxRetry) {
    causes.push({ code: 'RETRIES_USED_UP', message: `All ${row.maxRetry} retries are used up.`, details })
  }
  return causes
}

async function cancelled(tx: Tx, row: ExecutionRow, cron: CronRow | null): Promise<Cause[]> {
  const reason = reasonOf(row)
  // One by one, and with a filter in bulk, are audited under the job and the jobs; the row names who it was in any case.
  const entry =
    reason === 'CANCELLED_BY_USER'
      ? await lastAuditOf(tx, { type: 'job', id: String(row.id) }, 'job.cancel')
      : undefined
  const by = entry?.actorName ?? /^cancelled by (.+)$/s.exec(row.errorMessage ?? '')?.[1] ?? null
  const message =
    reason === 'CRON_DELETED'
      ? `Its cron${cron ? ` "${cron.name}"` : ''} was deleted${by ? ` by ${by}` : ''} at ${row.finishedAt!.toISOString()}, which cancelled it.`
      : reason === 'REPLACED'
        ? `A newer slot of its cron took its place at ${row.finishedAt!.toISOString()} (overlap_policy replace).`
        : `It was cancelled${by ? ` by ${by}` : ''} at ${row.finishedAt!.toISOString()}${row.startedAt ? '' : ', before it started'}.`
  return [
    {
      code: reason ?? 'CANCELLED',
      message,
      details: {
        by,
        reason: row.reason,
        requested_at: entry?.at ?? row.finishedAt,
        finished_at: row.finishedAt,
        request_id: entry?.requestId ?? null,
        attempt: row.attempt,
      },
    },
  ]
}

interface Covers {
  first: string
  last: string
  count: number
}

async function skipped(tx: Tx, row: ExecutionRow, cron: CronRow | null): Promise<Cause[]> {
  const covers = row.result as Covers | null
  const blocking = /execution (\d+) of/.exec(row.errorMessage ?? '')?.[1]
  const causes: Cause[] = [
    {
      code: reasonOf(row) ?? 'SKIPPED',
      message: `Its slot did not become a run; ${row.errorMessage ?? 'no reason was kept'}.`,
      details: {
        reason: row.reason,
        decided_at: row.finishedAt,
        blocking_job_id: blocking === undefined ? null : Number(blocking),
        overlap_policy: cron?.overlapPolicy ?? null,
        misfire_policy: cron?.misfirePolicy ?? null,
        covers,
      },
    },
  ]
  if (row.reason === 'MISFIRE') {
    const last = covers ? new Date(covers.last) : row.scheduledTime
    for (const stop of await listSchedulerStops(tx, row.scheduledTime, last)) {
      causes.push({
        code: 'SCHEDULER_WAS_STOPPED',
        message: `The scheduler was stopped${stop.stoppedBy ? ` by ${stop.stoppedBy}` : ''} from ${stop.stoppedAt.toISOString()} to ${stop.startedAt?.toISOString() ?? 'now'}.`,
        details: {
          stopped_at: stop.stoppedAt,
          stopped_by: stop.stoppedBy,
          started_at: stop.startedAt,
          started_by: stop.startedBy,
        },
      })
    }
  }
  return causes
}

/** The row's own code, where it is one that this build knows. */
function reasonOf(row: ExecutionRow): Reason | null {
  return REASONS.find((reason) => reason === row.reason) ?? null
}
