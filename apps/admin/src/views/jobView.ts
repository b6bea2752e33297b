import type { AttemptOutcome, AttemptRow, ExecutionRow, LogRow } from '@jobu/db'

/** An execution as the API shows it. */
export function jobView(row: ExecutionRow) {
  return {
    id: row.id,
    job_id: row.jobId,
    cron_name: row.cronName,
    handler_name: row.handlerName,
    params: row.params,
    param_source: row.paramSource,
    scheduled_time: row.scheduledTime,
    run_at: row.runAt,
    status: row.status,
    waiting_for: row.waitingFor,
    priority: row.priority,
    queue: row.queue,
    attempt: row.attempt,
    started_at: row.startedAt,
    finished_at: row.finishedAt,
    duration_ms: durationMs(row),
    retry_count: row.retryCount,
    max_retry: row.maxRetry,
    retry_delay_seconds: row.retryDelaySeconds,
    retry_backoff: row.retryBackoff,
    timeout_seconds: row.timeoutSeconds,
    progress_percentage: row.progressPercentage,
    current_step: row.currentStep,
    cancel_requested_at: row.cancelRequestedAt,
    reason: row.reason,
    error_message: row.errorMessage,
    result: row.result,
    worker_id: row.workerId,
    created_at: row.createdAt,
  }
}
export type JobView = ReturnType<typeof jobView>

/** With when it is expected to finish, as `TypicalDurations` found. */
export function listedJobView(row: ExecutionRow, finishes?: ReadonlyMap<number, Date>) {
  return { ...jobView(row), expected_finish_at: finishes?.get(row.id) ?? null }
}

/**
 * Every attempt, oldest first. Those that did not succeed have rows of their own; the one that runs or succeeded is
 * the execution's own row.
 */
export function runViews(row: ExecutionRow, attempts: AttemptRow[]) {
  const runs = attempts.map((attempt) => ({
    attempt: attempt.attempt,
    status: attempt.outcome as AttemptOutcome | 'RUNNING',
    worker_id: attempt.workerId,
    started_at: attempt.startedAt,
    finished_at: attempt.finishedAt as Date | null,
    duration_ms: durationMs(attempt),
    reason: attempt.reason,
    error_message: attempt.errorMessage,
    error_stack: attempt.errorStack,
  }))
  if (row.status === 'RUNNING' || row.status === 'SUCCESS') {
    runs.push({
      attempt: row.attempt,
      status: row.status,
      worker_id: row.workerId,
      started_at: row.startedAt,
      finished_at: row.finishedAt,
      duration_ms: durationMs(row),
      reason: row.reason,
      error_message: row.errorMessage,
      error_stack: null,
    })
  }
  return runs
}

export function logView(line: LogRow) {
  return {
    logged_at: line.loggedAt,
    attempt: line.attempt,
    line: line.line,
    level: line.level,
    message: line.message,
    fields: line.fields,
  }
}

function durationMs(span: { startedAt: Date | null; finishedAt: Date | null }): number | null {
  return span.startedAt && span.finishedAt ? span.finishedAt.getTime() - span.startedAt.getTime() : null
}
