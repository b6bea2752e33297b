import { CronError, firstRun, NextRunMemo, validateCron } from '@jobu/cron'
import {
  type Database,
  lockUnplannedSchedules,
  lockZonedSchedules,
  type PlannedSchedule,
  type ScheduleAdvance,
  setScheduleRuns,
} from '@jobu/db'
import type { DispatcherConfig } from '../config.ts'

const BATCH = 500

/** Computes the first run of schedules that SQL wrote without one. @returns how many it planned */
export async function planUnplannedSchedules(db: Database, config: DispatcherConfig): Promise<number> {
  let planned = 0
  for (let isMore = true; isMore; ) {
    const count = await db.transactional({ label: 'plan schedules' }, async (tx) => {
      const schedules = await lockUnplannedSchedules(tx, BATCH)
      await setScheduleRuns(
        tx,
        schedules.map((one) => planOf(one, config)),
      )
      return schedules.length
    })
    planned += count
    isMore = count === BATCH
  }
  return planned
}

/**
 * Computes the next run of every zoned schedule anew, for new zone data. A slot that is already due is left to be fired.
 *
 * @returns how many it planned anew
 */
export async function replanSchedules(db: Database): Promise<number> {
  let planned = 0
  const memo = new NextRunMemo()
  for (let afterId = 0, isMore = true; isMore; ) {
    const schedules = await db.transactional({ label: 'plan schedules anew' }, async (tx) => {
      const locked = await lockZonedSchedules(tx, afterId, BATCH)
      const plans = locked.map((one) => planOf(one, null, memo))
      // One that cannot be planned was written by SQL; it is disabled, with the reason, when it is due.
      await setScheduleRuns(
        tx,
        plans.filter(({ disabledReason }) => disabledReason === null),
      )
      return locked
    })
    planned += schedules.length
    afterId = schedules.at(-1)?.id ?? 0
    isMore = schedules.length === BATCH
  }
  return planned
}

function planOf(
  { id: scheduleId, cronExpression, timezone, dayMatch, startDate, endDate, now }: PlannedSchedule,
  config: DispatcherConfig | null,
  memo?: NextRunMemo,
): ScheduleAdvance {
  const spec = { expression: cronExpression, timezone, dayMatch }
  try {
    if (config) validateCron(spec, { minIntervalSeconds: config.min_cron_interval_seconds })
    const nextRunAt = firstRun(spec, now, { startAt: startDate, endAt: endDate }, memo)
    return { scheduleId, nextRunAt, disabledReason: null }
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    return { scheduleId, nextRunAt: null, disabledReason: error.message }
  }
}
