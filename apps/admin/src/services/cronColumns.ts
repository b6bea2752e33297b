import type { CronRow, NewCron, OverlapPolicy } from '@jobu/db'
import type { UpdateCronBody } from '../schemas/cron.ts'

/** The columns that a body sets; what it leaves out is left out. @param row  the cron as it is, for an edit */
export function cronColumns(body: Omit<UpdateCronBody, 'version'>, row?: CronRow): Partial<NewCron> {
  const columns: Partial<NewCron> = {
    name: body.name,
    description: body.description,
    cronExpression: body.cron_expression,
    timezone: body.timezone,
    dayMatch: body.day_match,
    handlerName: body.handler_name,
    handlerParams: body.handler_params,
    isEnabled: body.is_enabled,
    overlapPolicy: body.overlap_policy ?? overlapPolicyOf(body.allow_overlap, row?.overlapPolicy),
    maxRetry: body.max_retry,
    retryDelaySeconds: body.retry_delay_seconds,
    retryBackoff: body.retry_backoff,
    timeoutSeconds: body.timeout_seconds,
    priority: body.priority,
    queue: body.queue,
    misfirePolicy: body.misfire_policy,
    misfireLimit: body.misfire_limit,
    misfireGraceSeconds: body.misfire_grace_seconds,
    startAt: body.start_at,
    endAt: body.end_at,
    jitterSeconds: body.jitter_seconds,
    maxRuns: body.max_runs,
    pauseAfterFailures: body.pause_after_failures,
    tags: body.tags && [...new Set(body.tags)],
    owner: body.owner,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

/** The boolean form; `false` leaves a finer policy that says the same, such as `buffer_one`, as it is. */
function overlapPolicyOf(
  allowOverlap: boolean | undefined,
  current: OverlapPolicy | undefined,
): OverlapPolicy | undefined {
  if (allowOverlap === undefined) return undefined
  if (allowOverlap) return 'allow'
  return current === undefined || current === 'allow' ? 'skip' : undefined
}
