import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { CronError, countRuns, nextRun } from '@jobu/cron'
import type { CronRevision, CronRow, SchedulerStop, SlotRow } from '@jobu/db'
import type { SlotVerdict } from '../schemas/slots.ts'
import { inWords } from './inWords.ts'
import { specOf } from './planCron.ts'

/** Other requests are answered after so many instants. */
const YIELD_EVERY = 1_000

export interface Span {
  /** Inclusive. */
  from: Date
  /** Exclusive. */
  to: Date
}

/** A revision with the time it was valid: after `validFrom`, up to and including `validTo`. */
export interface Era {
  revision: CronRevision
  /** Exclusive; the first era reaches back to before the cron's creation. */
  after: Date
  until: Date
  /** How far it has come: its slots before `nextRunAt` are decided. */
  reached: { nextRunAt: Date | null; completedAt: Date | null; isOver: boolean }
}

const BEGINNING = new Date(0)
const END = new Date(Date.UTC(9999, 11, 31))

/** The revisions of a cron one after the other; the last of them is the cron as it stands. */
export function erasOf(revisions: CronRevision[], cron: CronRow): Era[] {
  return revisions.map((revision, index) => {
    const following = revisions[index + 1]
    return {
      revision,
      after: index === 0 ? BEGINNING : revision.validFrom,
      until: following?.validFrom ?? END,
      reached: following
        ? { nextRunAt: following.replacedNextRunAt, completedAt: following.replacedCompletedAt, isOver: true }
        : { nextRunAt: cron.nextRunAt, completedAt: cron.completedAt, isOver: false },
    }
  })
}

/** How many instants lie in the span, without walking over them. */
export function countInstants(eras: Era[], span: Span): number {
  return eras.reduce((sum, era) => {
    const { after, until } = within(era, span)
    return after < until ? sum + orNothing(() => countRuns(specOf(era.revision), after, until), 0) : sum
  }, 0)
}

/** The instants of the span, oldest first, each with the era it belongs to. */
export async function instantsOf(eras: Era[], span: Span): Promise<Array<{ at: Date; era: Era }>> {
  const found: Array<{ at: Date; era: Era }> = []
  for (const era of eras) {
    const { after, until } = within(era, span)
    if (after >= until) continue
    const spec = specOf(era.revision)
    const step = (from: Date) => orNothing(() => nextRun(spec, from), null)
    // SQL may have planned a first slot that is off the pattern.
    const first = era.revision.nextRunAt
    let isFirstSeen = !first || first <= after || first > until
    for (let at = step(after); at && at <= until; at = step(at)) {
      if (!isFirstSeen && first! <= at) {
        if (first! < at) found.push({ at: first!, era })
        isFirstSeen = true
      }
      found.push({ at, era })
      if (found.length % YIELD_EVERY === 0) await yieldToOthers()
    }
    if (!isFirstSeen) found.push({ at: first!, era })
  }
  return found
}

/** The part of an era in the span, exclusive of `after`, inclusive of `until`. */
function within(era: Era, { from, to }: Span): { after: Date; until: Date } {
  const after = new Date(Math.max(era.after.getTime(), from.getTime() - 1))
  const until = new Date(Math.min(era.until.getTime(), to.getTime() - 1))
  return { after, until }
}

/** An expression that SQL wrote and nobody can read has no instants. */
function orNothing<T>(compute: () => T, nothing: T): T {
  try {
    return compute()
  } catch (error) {
    if (error instanceof CronError) return nothing
    throw error
  }
}

export interface Judgement {
  verdict: SlotVerdict
  explanation: string
  coveredBy: number | null
}

/** What is known beside an instant's own row. */
export interface Evidence {
  cron: CronRow
  now: Date
  isSchedulerRunning: boolean
  stops: SchedulerStop[]
  /** SKIPPED rows that stand for several slots. */
  covering: SlotRow[]
  /** Months, `YYYY-MM`, that executions can be kept in. */
  months: Set<string>
  /** The newest regular slot at or before the completion of each era that ended by itself. */
  lastSlots: Map<Era, Date | null>
}

/** Why an instant without a row has none; nothing of what is known explains it: UNACCOUNTED. */
export function judgeMissing(at: Date, era: Era, known: Evidence): Judgement {
  const { cron, now } = known
  const { revision, reached } = era
  const say = (verdict: SlotVerdict, explanation: string, coveredBy: number | null = null) => ({
    verdict,
    explanation,
    coveredBy,
  })
  if (at <= cron.createdAt) return say('BEFORE_CREATION', `the cron was created at ${iso(cron.createdAt)}`)
  if (at <= revision.validFrom) {
    return say('BEFORE_HISTORY', `what the cron was before ${iso(revision.validFrom)} is not kept`)
  }
  if (!revision.isEnabled) {
    const why = !reached.isOver && cron.disabledReason ? `: ${cron.disabledReason}` : ''
    return say('DISABLED', `the cron was disabled from ${iso(revision.validFrom)} on${why}`)
  }
  if (revision.startAt && at < revision.startAt) {
    return say('OUTSIDE_WINDOW', `before start_at ${iso(revision.startAt)}`)
  }
  if (revision.endAt && at >= revision.endAt) {
    return say('OUTSIDE_WINDOW', `not before end_at ${iso(revision.endAt)}`)
  }
  if (!revision.nextRunAt || at < revision.nextRunAt) {
    const planned = revision.nextRunAt
      ? `its next run was planned for ${iso(revision.nextRunAt)}`
      : 'it had no planned run'
    return say('NOT_DUE', `at ${iso(revision.validFrom)} ${planned}`)
  }
  if (reached.nextRunAt && at >= reached.nextRunAt) {
    if (reached.isOver) {
      return say(
        'DROPPED_BY_EDIT',
        `the cron was edited or disabled at ${iso(era.until)}, before this slot was dispatched`,
      )
    }
    if (!known.isSchedulerRunning) {
      return say(
        'SCHEDULER_STOPPED',
        'the scheduler is stopped; once it is started the misfire policy decides',
      )
    }
    const overdue = inWords(now.getTime() - at.getTime())
    return say('PENDING_DISPATCH', `due since ${overdue}; a dispatcher decides it at its next pass`)
  }
  const lastSlot = known.lastSlots.get(era)
  if (reached.completedAt && (at > reached.completedAt || (lastSlot && at > lastSlot))) {
    return say('COMPLETED', `the cron was completed at ${iso(reached.completedAt)}`)
  }
  const covering = known.covering.find(
    ({ covers }) => new Date(covers!.first) <= at && at <= new Date(covers!.last),
  )
  if (covering) {
    const { first, last, count } = covering.covers!
    const why = `${covering.message?.split(';')[0] ?? 'skipped'}; execution ${covering.id} stands for ${count} slots from ${first} to ${last}`
    return say('SKIPPED', why + stoppedThen(at, known.stops), covering.id)
  }
  if (!known.months.has(at.toISOString().slice(0, 7))) {
    return say('EXPIRED', 'retention has dropped the executions of that month')
  }
  return say('UNACCOUNTED', 'it was due, and its execution is missing: it was deleted, or lost')
}

/** What became of a slot that has its row. */
export function judgeRow(row: SlotRow, stops: SchedulerStop[]): Judgement {
  return { verdict: row.status, explanation: explanationOf(row, stops), coveredBy: null }
}

function explanationOf(row: SlotRow, stops: SchedulerStop[]): string {
  const late = row.startedAt && row.startedAt.getTime() - row.scheduledTime.getTime()
  const started = late === null ? 'never started' : `started ${inWords(late)} after its time`
  const message = row.message ? `: ${row.message}` : ''
  switch (row.status) {
    case 'SUCCESS':
      return `ran, ${started}, for ${inWords(row.finishedAt!.getTime() - row.startedAt!.getTime())}`
    case 'RUNNING':
      return `runs, ${started}`
    case 'PENDING':
      return row.waitingFor ? `waits (${row.waitingFor})` : 'ready, waits for a worker'
    case 'SKIPPED': {
      const why = row.message ?? `skipped (${row.reason})`
      return row.reason === 'MISFIRE' ? why + stoppedThen(row.scheduledTime, stops) : why
    }
    case 'CANCELLED':
      return `cancelled, ${started}${message}`
    default:
      return `${row.status === 'TIMEOUT' ? 'timed out' : 'failed'}, ${started}${message}`
  }
}

function stoppedThen(at: Date, stops: SchedulerStop[]): string {
  const stop = stops.find(({ stoppedAt, startedAt }) => stoppedAt <= at && (!startedAt || at <= startedAt))
  if (!stop) return ''
  return `; the scheduler was stopped then${stop.stoppedBy ? ` by ${stop.stoppedBy}` : ''}`
}

const iso = (at: Date) => at.toISOString()
