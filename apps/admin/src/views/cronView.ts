import { type CronLocale, describeCron } from '@jobu/cron'
import type { CronRow, LastRun } from '@jobu/db'

/** A cron as the API shows it. */
export function cronView(cron: CronRow, last: LastRun | undefined, locale: CronLocale = 'en') {
  return {
    ...cronFields(cron),
    schedule_in_words: describeCron(
      { expression: cron.cronExpression, timezone: cron.timezone, dayMatch: cron.dayMatch },
      locale,
    ),
    last_run_at: last?.at ?? null,
    last_status: last?.status ?? null,
  }
}
export type CronView = ReturnType<typeof cronView>

/** What the row itself says. */
export function cronFields(cron: CronRow) {
  return {
    id: cron.id,
    name: cron.name,
    description: cron.description,
    cron_expression: cron.cronExpression,
    timezone: cron.timezone,
    day_match: cron.dayMatch,
    handler_name: cron.handlerName,
    handler_params: cron.handlerParams,
    is_enabled: cron.isEnabled,
    overlap_policy: cron.overlapPolicy,
    allow_overlap: cron.overlapPolicy === 'allow',
    max_retry: cron.maxRetry,
    retry_delay_seconds: cron.retryDelaySeconds,
    retry_backoff: cron.retryBackoff,
    timeout_seconds: cron.timeoutSeconds,
    priority: cron.priority,
    queue: cron.queue,
    misfire_policy: cron.misfirePolicy,
    misfire_limit: cron.misfireLimit,
    misfire_grace_seconds: cron.misfireGraceSeconds,
    start_at: cron.startAt,
    end_at: cron.endAt,
    jitter_seconds: cron.jitterSeconds,
    max_runs: cron.maxRuns,
    pause_after_failures: cron.pauseAfterFailures,
    tags: cron.tags,
    owner: cron.owner,
    next_run_at: cron.nextRunAt,
    completed_at: cron.completedAt,
    disabled_reason: cron.disabledReason,
    run_count: cron.runCount,
    version: cron.version,
    created_at: cron.createdAt,
    updated_at: cron.updatedAt,
  }
}
