import {
  type CronRow,
  type Database,
  type ExecutionRow,
  getAnyCron,
  getExecution,
  readSchedulerState,
} from '@jobu/db'
import type { CauseCode } from '../schemas/why.ts'
import { explainFinal } from './explainFinal.ts'
import { explainPending } from './explainPending.ts'
import { inWords } from './inWords.ts'

/** One reason for the state an execution is in. */
export interface Cause {
  code: CauseCode
  /** A sentence. */
  message: string
  /** What the sentence says, for programs. */
  details: Record<string, unknown>
}

/**
 * Why an execution is not running, or how its run came to its end: all causes that can be told, the most decisive first.
 *
 * @throws JobuError JOB_NOT_FOUND
 */
export async function explainJob(database: Database, id: number) {
  // One connection, so that what is read belongs to about the same moment; each read is bounded.
  return database.transactional({ label: 'explain job', readonly: true }, async (tx) => {
    const row = await getExecution(tx, id)
    const cron = row.jobId === null ? null : await getAnyCron(tx, row.jobId)
    const state = await readSchedulerState(tx)
    const causes =
      row.status === 'PENDING'
        ? await explainPending(tx, row, state)
        : row.status === 'RUNNING'
          ? explainRunning(row, state.now)
          : await explainFinal(tx, row, cron)
    return {
      id: row.id,
      status: row.status,
      verdict: causes[0]!.code,
      explanation: causes.map((cause) => cause.message).join(' '),
      causes,
      cron: cron && cronOf(cron),
      asked_at: state.now,
    }
  })
}

function explainRunning(row: ExecutionRow, now: Date): Cause[] {
  const { workerId, startedAt, leaseExpiresAt, timeoutSeconds, cancelRequestedAt } = row
  const causes: Cause[] = []
  if (leaseExpiresAt! < now) {
    causes.push({
      code: 'LEASE_EXPIRED',
      message: `Its worker ${workerId} has been silent since its lease ended at ${leaseExpiresAt!.toISOString()}; a dispatcher takes it back.`,
      details: { worker_id: workerId, lease_expires_at: leaseExpiresAt },
    })
  }
  if (cancelRequestedAt) {
    causes.push({
      code: 'CANCEL_REQUESTED',
      message: `It was asked to stop at ${cancelRequestedAt.toISOString()} (${row.errorMessage ?? row.reason}); its handler has not ended yet.`,
      details: { cancel_requested_at: cancelRequestedAt, reason: row.reason, message: row.errorMessage },
    })
  }
  const deadline = timeoutSeconds === null ? null : new Date(startedAt!.getTime() + timeoutSeconds * 1000)
  if (deadline && deadline < now) {
    causes.push({
      code: 'TIME_LIMIT_PASSED',
      message: `Its time limit of ${timeoutSeconds} seconds passed at ${deadline.toISOString()}; its worker ends it after a grace.`,
      details: { timeout_seconds: timeoutSeconds, deadline },
    })
  }
  const progress =
    row.progressPercentage === null
      ? ''
      : `, at ${row.progressPercentage} %${row.currentStep ? ` (${row.currentStep})` : ''}`
  const limit = deadline && deadline >= now ? `; it has until ${deadline.toISOString()}` : ''
  const runningMs = now.getTime() - startedAt!.getTime()
  causes.push({
    code: 'RUNNING',
    message: `Attempt ${row.attempt} runs on ${workerId} since ${inWords(runningMs)}${progress}${limit}.`,
    details: {
      worker_id: workerId,
      attempt: row.attempt,
      started_at: startedAt,
      running_ms: runningMs,
      lease_expires_at: leaseExpiresAt,
      deadline,
      progress_percentage: row.progressPercentage,
      current_step: row.currentStep,
    },
  })
  return causes
}

function cronOf(cron: CronRow) {
  return {
    id: cron.id,
    name: cron.name,
    is_enabled: cron.isEnabled,
    disabled_reason: cron.disabledReason,
    deleted_at: cron.deletedAt,
  }
}
