import { type PlanOptions, planSlots } from '@jobu/cron'
import type { ActiveRuns, DueSchedule, RunSlot, ScheduleAdvance } from '@jobu/db'

/** What is to become of one due schedule. */
export interface RunPlan {
  slots: RunSlot[]
  advance: ScheduleAdvance
  /** `replace`: what is active is cancelled first. */
  isReplacing: boolean
}

/** Decides every instant of a schedule that is due, as `planSlots` does for crons. Pure. */
export function planRuns(
  schedule: DueSchedule,
  active: ActiveRuns | undefined,
  options: PlanOptions,
): RunPlan {
  const { id: scheduleId, cronExpression, overlapPolicy, endDate, nextRunAt } = schedule
  const done = { scheduleId, nextRunAt: null, disabledReason: null }
  if (schedule.versionId === null) {
    return { slots: [], advance: { ...done, disabledReason: 'It has no tasks' }, isReplacing: false }
  }
  // The next one waits until nothing else of the schedule is active; where nothing is, that is at once.
  const isExclusive = overlapPolicy === 'buffer_one' || overlapPolicy === 'replace'
  if (cronExpression === null) {
    // Once, however late, and whatever is active: a slot that were skipped would have no successor.
    const isOver = endDate !== null && nextRunAt >= endDate
    const slot = { scheduleId, slot: nextRunAt, isExclusive: overlapPolicy !== 'allow', skipped: null }
    const isReplacing = overlapPolicy === 'replace' && active !== undefined && !isOver
    return { slots: isOver ? [] : [slot], advance: done, isReplacing }
  }
  const plan = planSlots(
    { ...schedule, cronExpression, endAt: endDate, jitterSeconds: 0, runsLeft: null },
    active,
    options,
  )
  return {
    slots: plan.slots.map(({ slot, waitingFor, skipped }) => ({
      scheduleId,
      slot,
      isExclusive: isExclusive || waitingFor === 'overlap',
      skipped,
    })),
    advance: {
      scheduleId,
      nextRunAt: plan.advance.nextRunAt,
      disabledReason: plan.advance.disabledReason,
    },
    isReplacing: plan.isReplacing,
  }
}
