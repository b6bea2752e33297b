import { NextRunMemo, SpecGuard } from '@jobu/cron'
import {
  type ActiveRuns,
  activeRunsOf,
  cancelRun,
  type Database,
  JobuError,
  lockDueSchedules,
  startPendingRuns,
  type Tx,
  writeRunSlots,
} from '@jobu/db'
import type { DispatcherConfig } from '../config.ts'
import { planRuns } from './planRuns.ts'

export interface DispatchedSchedules {
  schedules: number
  created: number
  skipped: number
  started: number
}

/** A run that starts makes all its tasks, so fewer of them go into one transaction than crons do. */
export const SCHEDULE_BATCH = 50

/**
 * Turns due schedules into runs, a batch a transaction. In it: take the rows, decide every due instant of each, write the
 * runs, move `next_run_at` on, start what may start. A dispatcher killed anywhere in between has done nothing.
 */
export class ScheduleDispatcher {
  readonly #db: Database
  readonly #config: DispatcherConfig
  readonly #memo = new NextRunMemo()
  readonly #guard: SpecGuard

  constructor(db: Database, config: DispatcherConfig) {
    this.#db = db
    this.#config = config
    this.#guard = new SpecGuard(config.min_cron_interval_seconds)
  }

  /** One batch; fewer schedules than `SCHEDULE_BATCH` means that no more are due. */
  async dispatchDueSchedules(): Promise<DispatchedSchedules> {
    return this.#db.transactional({ label: 'dispatch schedules' }, async (tx) => {
      const due = await lockDueSchedules(tx, SCHEDULE_BATCH)
      if (due.length === 0) return { schedules: 0, created: 0, skipped: 0, started: 0 }
      const exclusive = due.filter((one) => one.overlapPolicy !== 'allow').map((one) => one.id)
      const active = new Map((await activeRunsOf(tx, exclusive)).map((one) => [one.scheduleId, one]))
      const options = {
        memo: this.#memo,
        guard: this.#guard,
        misfireThresholdSeconds: this.#config.misfire_threshold_seconds,
        noun: 'run',
      }
      const plans = due.map((one) => planRuns(one, active.get(one.id), options))
      const { scheduleIds, ...written } = await writeRunSlots(
        tx,
        plans.flatMap((plan) => plan.slots),
        plans.map((plan) => plan.advance),
      )
      for (const { isReplacing, advance } of plans) {
        if (!isReplacing || !scheduleIds.includes(advance.scheduleId)) continue
        await replaceRuns(tx, active.get(advance.scheduleId)!)
      }
      let started = 0
      for (const { id } of due) started += await startPendingRuns(tx, id)
      return { schedules: due.length, ...written, started }
    })
  }
}

async function replaceRuns(tx: Tx, { ids }: ActiveRuns): Promise<void> {
  for (const id of ids) {
    try {
      await cancelRun(tx, id, 'a newer slot (overlap_policy replace)', 'REPLACED')
    } catch (error) {
      // It has ended since it was looked up.
      if (!(error instanceof JobuError) || error.code !== 'RUN_NOT_ACTIVE') throw error
    }
  }
}
