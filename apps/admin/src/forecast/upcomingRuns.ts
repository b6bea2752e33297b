import { CronError, type CronSpec, NextRunMemo, type SpecGuard } from '@jobu/cron'
import type { UpcomingCron } from '@jobu/db'
import type { Pace } from './pace.ts'

export interface UpcomingRun {
  at: Date
  cron: UpcomingCron
}

interface Pending extends UpcomingRun {
  runsLeft: number
}

/**
 * The first `limit` runs after `now` and before `to`, by time and then by cron.
 *
 * @param crons  from `upcomingCrons`
 * @returns with how many crons were not looked at, because the time was up
 */
export async function upcomingRuns(
  crons: UpcomingCron[],
  { now, to, limit, guard, pace }: { now: Date; to: Date; limit: number; guard: SpecGuard; pace: Pace },
): Promise<{ runs: UpcomingRun[]; late: number }> {
  const memo = new NextRunMemo()
  const following = ({ at, cron, runsLeft }: Pending): Pending[] => {
    const next = runsLeft > 1 ? memo.nextRun(specOf(cron), at) : null
    return next && next < to && !(cron.endAt && next >= cron.endAt)
      ? [{ at: next, cron, runsLeft: runsLeft - 1 }]
      : []
  }
  const pending: Pending[] = []
  let late = 0
  for (const cron of crons) {
    if (pace.isTired) await pace.rest()
    const planned = { at: cron.nextRunAt, cron, runsLeft: cron.runsLeft ?? Infinity }
    if (planned.runsLeft <= 0 || (cron.endAt && cron.nextRunAt >= cron.endAt)) continue
    if (pace.isOver) late++
    else {
      // What is overdue counts as one run, as the misfire policy usually has it; the next is the first after now.
      const find = () => {
        guard.check(specOf(cron))
        return cron.nextRunAt > now ? [planned] : following({ ...planned, at: now })
      }
      pending.push(...readable(find))
    }
  }
  pending.sort(byTime)
  const runs: UpcomingRun[] = []
  while (runs.length < limit && pending.length > 0) {
    if (pace.isTired) await pace.rest()
    const next = pending.shift()!
    runs.push(next)
    // The others are as many runs already, and come first.
    pending.length = Math.min(pending.length, limit - runs.length)
    for (const run of following(next)) pending.splice(placeOf(run, pending), 0, run)
  }
  return { runs, late }
}

function byTime(a: UpcomingRun, b: UpcomingRun): number {
  return a.at.getTime() - b.at.getTime() || a.cron.id - b.cron.id
}

function placeOf(run: Pending, pending: Pending[]): number {
  let low = 0
  let high = pending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (byTime(pending[middle]!, run) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Nothing, of a spec that a dispatcher will refuse. */
function readable(find: () => Pending[]): Pending[] {
  try {
    return find()
  } catch (error) {
    if (error instanceof CronError) return []
    throw error
  }
}

function specOf({ cronExpression, timezone, dayMatch }: UpcomingCron): CronSpec {
  return { expression: cronExpression, timezone, dayMatch }
}
