import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { NextRunMemo, planSlots, SpecGuard } from '@jobu/cron'
import { activeExecutionsOf, type Database, dueCrons, readSchedulerState, schedulerLoad } from '@jobu/db'
import type { SchedulingConfig } from '../config.ts'

/** So many due crons are looked at, the longest due first. */
const MAX_CRONS = 1_000
/** Other requests are answered after so many. */
const YIELD_EVERY = 20

/** What a start of the scheduler would run at this moment, decided as a dispatcher decides it; nothing is written. */
export async function previewStart(database: Database, scheduling: SchedulingConfig) {
  const [state, load, found] = await Promise.all([
    readSchedulerState(database),
    schedulerLoad(database),
    dueCrons(database, MAX_CRONS + 1),
  ])
  const due = found.slice(0, MAX_CRONS)
  const exclusive = due.filter((cron) => cron.overlapPolicy !== 'allow').map((cron) => cron.id)
  const active = new Map((await activeExecutionsOf(database, exclusive)).map((one) => [one.jobId, one]))
  const options = {
    memo: new NextRunMemo(),
    guard: new SpecGuard(scheduling.minCronIntervalSeconds),
    misfireThresholdSeconds: scheduling.misfireThresholdSeconds ?? 60,
  }
  const counts = { crons_running: 0, slots: 0, waiting: 0, skipped: 0 }
  for (const [index, cron] of due.entries()) {
    if (index % YIELD_EVERY === YIELD_EVERY - 1) await yieldToOthers()
    const { slots } = planSlots(cron, active.get(cron.id), options)
    const runs = slots.filter((slot) => slot.skipped === null)
    if (runs.length > 0) counts.crons_running++
    counts.slots += runs.length
    counts.waiting += runs.filter((slot) => slot.waitingFor === 'overlap').length
    for (const { skipped } of slots) if (skipped) counts.skipped += skipped.covers?.count ?? 1
  }
  return {
    dry_run: true as const,
    scheduler_running: state.isRunning,
    crons: due.length,
    ...counts,
    queue_length: load.queueLength,
    queue_length_is_exact: load.isQueueExact,
    is_complete: found.length <= MAX_CRONS,
  }
}
