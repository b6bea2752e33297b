import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { type CronLocale, describeCron, dstNote, firstRun, nextRun } from '@jobu/cron'
import { type Database, databaseNow, getCron, readSchedulerState } from '@jobu/db'
import { specOf } from './planCron.ts'

/** The search for the runs of a rare expression ends here, in milliseconds, with what was found. */
const BUDGET_MS = 2_000

/**
 * When a stored cron fires next: from the slot that is planned for it, within its window and its `max_runs`, and never
 * while it is disabled.
 *
 * @throws JobuError CRON_NOT_FOUND
 */
export async function nextRunsOfCron(
  database: Database,
  id: number,
  count: number,
  locale: CronLocale = 'en',
) {
  const cron = await getCron(database, id)
  const [now, { isRunning }] = await Promise.all([databaseNow(database), readSchedulerState(database)])
  const spec = specOf(cron)
  const runsLeft = cron.maxRuns === null ? null : Math.max(0, cron.maxRuns - cron.runCount)
  const most = Math.min(count, runsLeft ?? count)
  const deadline = performance.now() + BUDGET_MS
  const next: Date[] = []
  if (cron.isEnabled && cron.completedAt === null) {
    // A row that SQL wrote has no plan yet.
    let run = cron.nextRunAt ?? firstRun(spec, now, cron)
    while (run && next.length < most && !(cron.endAt && run >= cron.endAt)) {
      next.push(run)
      if (performance.now() > deadline) break
      if (next.length % 10 === 0) await yieldToOthers()
      run = nextRun(spec, run)
    }
  }
  const moved = next.flatMap((at) => {
    const effect = dstNote(spec, at)
    return effect ? [{ at, effect }] : []
  })
  const ends = () => {
    if (next.length === count) return null
    if (!cron.isEnabled) return 'DISABLED'
    if (cron.completedAt !== null) return 'COMPLETED'
    if (runsLeft !== null && next.length === runsLeft) return 'MAX_RUNS'
    return cron.endAt ? 'END_AT' : 'NEVER'
  }
  return {
    next,
    description: describeCron(spec, locale),
    ...(moved.length > 0 ? { daylight_saving: moved } : {}),
    ends: ends(),
    runs_left: runsLeft,
    scheduler_running: isRunning,
  } as const
}
