import type { ClaimedExecution } from '@jobu/db'

/** A claimed execution as it comes from the database. */
export function aClaim(values: Partial<ClaimedExecution> = {}): ClaimedExecution {
  return {
    id: 1,
    scheduledTime: new Date('2026-03-01T12:00:00Z'),
    attempt: 1,
    jobId: null,
    cronName: null,
    handlerName: 'echo',
    params: {},
    paramSource: 'api',
    queue: 'default',
    priority: 0,
    retryCount: 0,
    maxRetry: 0,
    retryDelaySeconds: 10,
    retryBackoff: 'fixed',
    timeoutSeconds: null,
    readyAt: new Date('2026-03-01T12:00:00Z'),
    latenessMs: 0,
    isBackfill: false,
    taskRunId: null,
    ...values,
  }
}
