import { type CronSpec, firstRun } from '@jobu/cron'
import type { CronRow } from '@jobu/db'

export type Schedule = Pick<
  CronRow,
  'cronExpression' | 'timezone' | 'dayMatch' | 'isEnabled' | 'startAt' | 'endAt' | 'maxRuns' | 'runCount'
>

/**
 * When a cron fires next, counted from `now`: the first instant after it inside the window. Without one, or with
 * `max_runs` used up, it is completed; a disabled one waits.
 *
 * @throws CronError when the row, for example written by SQL, cannot be read
 */
export function planCron(cron: Schedule, now: Date): { nextRunAt: Date | null; completedAt: Date | null } {
  if (!cron.isEnabled) return { nextRunAt: null, completedAt: null }
  const nextRunAt = hasRunsLeft(cron) ? firstRun(specOf(cron), now, cron) : null
  return { nextRunAt, completedAt: nextRunAt ? null : now }
}

export function hasRunsLeft({ maxRuns, runCount }: Pick<Schedule, 'maxRuns' | 'runCount'>): boolean {
  return maxRuns === null || runCount < maxRuns
}

export function specOf(cron: Pick<Schedule, 'cronExpression' | 'timezone' | 'dayMatch'>): CronSpec {
  return { expression: cron.cronExpression, timezone: cron.timezone, dayMatch: cron.dayMatch }
}
