import { CronError, type CronLocale, describeCron } from '@jobu/cron'
import type { LastScheduleRun, ScheduleRow, ScheduleStatus, VersionHead } from '@jobu/db'
import { engineStateAnswer } from '@jobu/db'

/** A schedule as the API shows it in lists: without its tasks. */
export function scheduleView(
  row: ScheduleRow,
  version: Pick<VersionHead, 'version' | 'taskCount'> | undefined,
  last: LastScheduleRun | undefined,
  locale: CronLocale = 'en',
) {
  return {
    ...scheduleFields(row),
    status: statusOf(row),
    version: version?.version ?? 0,
    task_count: version?.taskCount ?? 0,
    last_run: last
      ? {
          id: last.id,
          status: last.status,
          scheduled_time: last.scheduledTime,
          started_at: last.startedAt,
          finished_at: last.finishedAt,
          duration_ms: durationMs(last),
        }
      : null,
    last_status: last?.status ?? null,
    schedule_in_words: inWords(row, locale),
  }
}
export type ScheduleItem = ReturnType<typeof scheduleView>
export type ScheduleView = ScheduleItem & { tasks: Array<Record<string, unknown>> }

/** What the row itself says. */
export function scheduleFields(row: ScheduleRow) {
  const time = (row.frequencyTime ?? {}) as Record<string, unknown>
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    owner: row.owner,
    tags: row.tags,
    engine: row.engine,
    engine_state: engineStateAnswer(row.engineState),
    cron_expression: row.frequency === null ? row.cronExpression : null,
    frequency: row.frequency,
    time: (time.time as string | undefined) ?? null,
    minute: (time.minute as number | undefined) ?? null,
    day_of_week: (time.day_of_week as number | undefined) ?? null,
    day_of_month: (time.day_of_month as number | undefined) ?? null,
    timezone: row.timezone,
    day_match: row.dayMatch,
    start_date: row.startDate,
    end_date: row.endDate,
    is_enabled: row.isEnabled,
    overlap_policy: row.overlapPolicy,
    max_active_runs: row.maxActiveRuns,
    misfire_policy: row.misfirePolicy,
    misfire_limit: row.misfireLimit,
    misfire_grace_seconds: row.misfireGraceSeconds,
    notifications: row.notifications,
    next_run_at: nextRunOf(row),
    disabled_reason: row.disabledReason,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}

/** Of another engine by what that says. */
function nextRunOf({ engine, engineState, nextRunAt }: ScheduleRow): Date | null {
  const said = engine === 'jobu' ? null : engineStateAnswer(engineState)?.next_run_at
  return said ? new Date(said) : nextRunAt
}

function statusOf({ isEnabled, completedAt }: ScheduleRow): ScheduleStatus {
  if (!isEnabled) return 'PAUSED'
  return completedAt === null ? 'ACTIVE' : 'COMPLETED'
}

function inWords(row: ScheduleRow, locale: CronLocale): string {
  const { cronExpression: expression, timezone, dayMatch, startDate } = row
  if (expression !== null) {
    try {
      return describeCron({ expression, timezone, dayMatch }, locale)
    } catch (error) {
      // Written by SQL; a dispatcher disables it with the reason.
      if (error instanceof CronError) return expression
      throw error
    }
  }
  if (row.frequency === 'once' && startDate !== null) {
    const at = new Intl.DateTimeFormat('sv-SE', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'short',
    }).format(startDate)
    return locale === 'ko' ? `${at}에 한 번 (${timezone})` : `Once, at ${at} (${timezone})`
  }
  return locale === 'ko' ? '직접 실행' : 'By hand'
}

export function durationMs(span: { startedAt: Date | null; finishedAt: Date | null }): number | null {
  return span.startedAt && span.finishedAt
    ? Math.max(0, span.finishedAt.getTime() - span.startedAt.getTime())
    : null
}
