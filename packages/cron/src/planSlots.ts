import { createHash } from 'node:crypto'
import { countRuns } from './countRuns.ts'
import { CronError } from './cronError.ts'
import type { CronSpec } from './cronSpec.ts'
import type { NextRunMemo } from './nextRunMemo.ts'
import { previousRuns } from './previousRuns.ts'
import type { ActiveExecutions, CronAdvance, DueCron, SkipReason, Slot } from './slots.ts'
import type { SpecGuard } from './specGuard.ts'

export interface PlanOptions {
  misfireThresholdSeconds: number
  memo: NextRunMemo
  guard: SpecGuard
  /** What its active ones are called in the reason for a skip. Default: execution. */
  noun?: string
}

/** What is to become of one due cron. */
export interface SlotPlan {
  slots: Slot[]
  advance: CronAdvance
  /** `replace`: cancel what is active first; the last slot waits while something still runs. */
  isReplacing: boolean
}

/** After an outage so many skipped slots get a row of their own; one more row stands for all the earlier ones. */
const MAX_SKIPPED_ROWS = 100

/**
 * Decides every instant of a cron that is due: it runs, waits, or is skipped with its reason. Pure: all it knows is
 * the locked row and what of the cron is still active.
 *
 *   due slots --> on time (at most the threshold late): run
 *             `-> missed: misfire policy --> run | SKIPPED (MISFIRE)
 *   runs, oldest first --> overlap policy --> ready | waits | SKIPPED (OVERLAP, BUFFER_FULL, REPLACED)
 */
export function planSlots(
  cron: DueCron,
  active: ActiveExecutions | undefined,
  options: PlanOptions,
): SlotPlan {
  const spec: CronSpec = { expression: cron.cronExpression, timezone: cron.timezone, dayMatch: cron.dayMatch }
  const idle = { jobId: cron.id, nextRunAt: null, fired: 0, disabledReason: null }
  try {
    const { runs, skipped, next } = dueSlots(cron, spec, options)
    const slots = withinMaxRuns(cron, applyOverlap(cron, runs, active, options.noun))
    const fired = slots.filter((slot) => slot.skipped === null).length
    const isFinished = cron.runsLeft !== null && fired >= cron.runsLeft
    return {
      slots: [...skipped, ...slots],
      advance: { ...idle, nextRunAt: isFinished ? null : next, fired },
      isReplacing: cron.overlapPolicy === 'replace' && active !== undefined && fired > 0,
    }
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    // The API refuses such a row; plain SQL wrote it. It must neither stop the others nor come back every second.
    return { slots: [], advance: { ...idle, disabledReason: error.message }, isReplacing: false }
  }
}

interface Run {
  slot: Date
  isMissed: boolean
}

function dueSlots(
  cron: DueCron,
  spec: CronSpec,
  { memo, guard, misfireThresholdSeconds }: PlanOptions,
): { runs: Run[]; skipped: Slot[]; next: Date | null } {
  const { now, nextRunAt: first } = cron
  const inWindow = (time: Date | null) => (time && (!cron.endAt || time < cron.endAt) ? time : null)
  const onTimeFrom = now.getTime() - misfireThresholdSeconds * 1000

  // An edit may have moved end_at or max_runs past what was planned.
  const isCompleted = (cron.endAt && first >= cron.endAt) || (cron.runsLeft !== null && cron.runsLeft <= 0)
  if (isCompleted) return { runs: [], skipped: [], next: null }

  guard.check(spec)
  let next = inWindow(memo.nextRun(spec, first))
  // The usual case, and the only hot one: one slot, on time.
  if ((next === null || next > now) && first.getTime() >= onTimeFrom) {
    return { runs: [{ slot: first, isMissed: false }], skipped: [], next }
  }

  // Several slots are due, or one that is late. `first` itself may lie off the pattern: SQL can set next_run_at.
  const onTime: Date[] = []
  next =
    first.getTime() >= onTimeFrom
      ? first
      : inWindow(memo.nextRun(spec, new Date(Math.max(first.getTime(), onTimeFrom - 1))))
  for (; next && next <= now; next = inWindow(memo.nextRun(spec, next))) onTime.push(next)

  const missedUntil = new Date(Math.min(onTimeFrom, cron.endAt?.getTime() ?? Infinity))
  const caughtUp = first < missedUntil ? caughtUpSlots(cron, spec, missedUntil) : []
  const runs = [
    ...caughtUp.map((slot) => ({ slot, isMissed: true })),
    ...onTime.map((slot) => ({ slot, isMissed: false })),
  ]
  const skipped = first < missedUntil ? skippedSlots(cron, spec, caughtUp[0] ?? missedUntil) : []
  return { runs, skipped, next }
}

/** Which of the missed slots, those before `until`, the misfire policy still runs; oldest first. */
function caughtUpSlots(cron: DueCron, spec: CronSpec, until: Date): Date[] {
  const newest = (count: number) => missedBefore(cron, spec, until, count).reverse()
  switch (cron.misfirePolicy) {
    case 'skip':
      return []
    case 'fire_once':
      return newest(1)
    case 'fire_all': {
      const oldestAllowed = cron.now.getTime() - cron.misfireGraceSeconds * 1000
      return newest(cron.misfireLimit).filter((slot) => slot.getTime() >= oldestAllowed)
    }
  }
}

/** Up to `count` slots before `until`, newest first, none before the first due one. */
function missedBefore(cron: DueCron, spec: CronSpec, until: Date, count: number): Date[] {
  const first = cron.nextRunAt
  const found = previousRuns(spec, until, count).filter((slot) => slot > first)
  if (found.length < count && first < until) found.push(first)
  return found
}

/** The missed slots before `until`, as rows: the newest ones one by one, all earlier ones as one. */
function skippedSlots(cron: DueCron, spec: CronSpec, until: Date): Slot[] {
  const first = cron.nextRunAt
  if (first >= until) return []
  const why = `skipped: missed while no dispatcher could fire it (misfire_policy ${cron.misfirePolicy})`
  const newest = missedBefore(cron, spec, until, MAX_SKIPPED_ROWS)
  const rows = newest.map((slot) => skippedSlot(cron, slot, 'MISFIRE', why))
  const oldest = newest.at(-1)
  if (!oldest || oldest <= first) return rows.reverse()

  const last = missedBefore(cron, spec, oldest, 1)[0] ?? first
  const count = countRuns(spec, first, last) + 1
  const covers = { first, last, count }
  const message = `${why}; stands for ${count} slots from ${first.toISOString()} to ${last.toISOString()}`
  const rest = skippedSlot(cron, first, 'MISFIRE', message)
  rest.skipped!.covers = covers
  return [rest, ...rows.reverse()]
}

function applyOverlap(
  cron: DueCron,
  runs: Run[],
  active: ActiveExecutions | undefined,
  noun = 'execution',
): Slot[] {
  if (cron.overlapPolicy === 'allow') return runs.map(({ slot }) => runningSlot(cron, slot))
  if (cron.overlapPolicy === 'replace') {
    return runs.map(({ slot }, index) =>
      index === runs.length - 1
        ? runningSlot(cron, slot)
        : skippedSlot(
            cron,
            slot,
            'REPLACED',
            'skipped: a later slot was due as well (overlap_policy replace)',
          ),
    )
  }
  let isBusy = active !== undefined
  let buffered = active?.buffered ?? 0
  const blocker = active
    ? `${noun} ${active.id} of ${active.scheduledTime.toISOString()} is still ${active.status}`
    : 'an earlier slot that was due as well has not run yet'
  return runs.map(({ slot, isMissed }) => {
    if (!isBusy) {
      isBusy = true
      return runningSlot(cron, slot)
    }
    // Slots that are being caught up run one after another: skipping them would make fire_all mean fire_once.
    if (isMissed || (cron.overlapPolicy === 'buffer_one' && buffered === 0)) {
      buffered++
      return { ...runningSlot(cron, slot), waitingFor: 'overlap' }
    }
    return cron.overlapPolicy === 'buffer_one'
      ? skippedSlot(
          cron,
          slot,
          'BUFFER_FULL',
          `skipped: ${blocker} and one slot already waits (overlap_policy buffer_one)`,
        )
      : skippedSlot(cron, slot, 'OVERLAP', `skipped: ${blocker} (overlap_policy skip)`)
  })
}

/** Up to the last run that `max_runs` leaves: it completes the cron, and what would come later is not due. */
function withinMaxRuns(cron: DueCron, slots: Slot[]): Slot[] {
  let left = cron.runsLeft ?? Infinity
  const last = slots.findIndex((slot) => slot.skipped === null && --left === 0)
  return last === -1 ? slots : slots.slice(0, last + 1)
}

function runningSlot(cron: DueCron, slot: Date): Slot {
  const runAt = new Date(slot.getTime() + jitterMs(cron.id, slot, cron.jitterSeconds))
  return { jobId: cron.id, slot, runAt, waitingFor: runAt > cron.now ? 'time' : null, skipped: null }
}

function skippedSlot(cron: DueCron, slot: Date, reason: SkipReason, message: string): Slot {
  return { jobId: cron.id, slot, runAt: slot, waitingFor: null, skipped: { reason, message } }
}

/** The same on every try and in every dispatcher: a hash of the slot, below `jitterSeconds`. */
function jitterMs(jobId: number, slot: Date, jitterSeconds: number): number {
  if (jitterSeconds === 0) return 0
  const hash = createHash('sha256').update(`${jobId}:${slot.getTime()}`).digest().readUInt32BE(0)
  return hash % (jitterSeconds * 1000)
}
