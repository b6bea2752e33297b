import {
  type CronRow,
  coveringRowBefore,
  type Database,
  databaseNow,
  executionMonths,
  getCron,
  lastSlotUntil,
  listCronRevisions,
  listSchedulerStops,
  listSlotRows,
  readSchedulerState,
  type SlotRow,
} from '@jobu/db'
import { validationError } from '../http/validationError.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'
import type { SlotsQuery, SlotVerdict } from '../schemas/slots.ts'
import {
  countInstants,
  type Era,
  type Evidence,
  erasOf,
  instantsOf,
  type Judgement,
  judgeMissing,
  judgeRow,
  type Span,
} from './judgeSlots.ts'

const DAY_MS = 86_400_000
/** So many instants, and so many executions, one request looks at: two weeks of a minutely cron. */
const MAX_INSTANTS = 20_000
const MAX_TRIGGERS_SHOWN = 100

/**
 * Every instant of a cron in a span with its verdict. What was due is told by the cron's revisions, what became of it by
 * the executions; an instant that neither explains is UNACCOUNTED.
 *
 * @throws JobuError CRON_NOT_FOUND, VALIDATION_FAILED when the span holds too much
 */
export async function listSlots(database: Database, id: number, query: SlotsQuery) {
  // The cron first: a slot before its next_run_at has its row by the time the rows are read.
  const cron = await getCron(database, id)
  const [now, state] = await Promise.all([databaseNow(database), readSchedulerState(database)])
  const span = spanOf(query, cron, now)
  const eras = erasOf(await listCronRevisions(database, id, span.from), cron)
  let count = countInstants(eras, span)
  // What nobody asked for cannot be too much: a cron by the second gets fewer hours.
  for (; count > MAX_INSTANTS && !query.from; count = countInstants(eras, span)) {
    span.from = new Date((span.from.getTime() + span.to.getTime()) / 2)
  }
  if (count > MAX_INSTANTS) throw tooMany(query, `${count} instants`)
  const rows = await listSlotRows(database, id, span, 2 * MAX_INSTANTS + 1)
  if (rows.length > 2 * MAX_INSTANTS) throw tooMany(query, `more than ${2 * MAX_INSTANTS} executions`)

  const known = await evidence(database, cron, eras, rows, span, now, state.isRunning)
  const slots = await judgeAll(eras, rows, span, known)
  const summary: Partial<Record<SlotVerdict, number>> = {}
  for (const { verdict } of slots) summary[verdict] = (summary[verdict] ?? 0) + 1

  const { cursor, verdict } = query
  const listed = slots.filter((slot) => verdict === undefined || slot.verdict === verdict)
  const page = pageOf(query)
  const from = cursor ? listed.filter((slot) => slot.at > cursor) : listed.slice(page.offset)
  const shown = from.slice(0, page.limit)
  const triggers = rows.filter((row) => row.isTrigger)
  return {
    ...pageBody(shown.map(slotView), listed.length, page),
    ...span,
    summary,
    next_cursor: from.length > shown.length ? shown.at(-1)!.at : null,
    triggers: triggers.slice(-MAX_TRIGGERS_SHOWN).reverse().map(triggerView),
    triggers_total: triggers.length,
  }
}

interface JudgedSlot extends Judgement {
  at: Date
  row: SlotRow | undefined
}

/** Instants and rows, merged: a slot whose row does not lie on the pattern of its time is listed as well. */
async function judgeAll(eras: Era[], rows: SlotRow[], span: Span, known: Evidence): Promise<JudgedSlot[]> {
  const bySlot = new Map(
    rows.filter((row) => !row.isTrigger).map((row) => [row.scheduledTime.getTime(), row]),
  )
  const slots: JudgedSlot[] = []
  for (const { at, era } of await instantsOf(eras, span)) {
    if (bySlot.has(at.getTime())) continue
    slots.push({ at, row: undefined, ...judgeMissing(at, era, known) })
  }
  for (const row of bySlot.values()) slots.push({ at: row.scheduledTime, row, ...judgeRow(row, known.stops) })
  return slots.sort((a, b) => a.at.getTime() - b.at.getTime())
}

async function evidence(
  database: Database,
  cron: CronRow,
  eras: Era[],
  rows: SlotRow[],
  span: Span,
  now: Date,
  isSchedulerRunning: boolean,
): Promise<Evidence> {
  const before = await coveringRowBefore(database, cron.id, span.from)
  const lastSlots = new Map<Era, Date | null>()
  for (const era of eras) {
    const { completedAt } = era.reached
    if (completedAt) lastSlots.set(era, await lastSlotUntil(database, cron.id, completedAt))
  }
  return {
    cron,
    now,
    isSchedulerRunning,
    stops: await listSchedulerStops(database, span.from, span.to),
    covering: [...(before ? [before] : []), ...rows.filter((row) => row.covers !== null)],
    months: await executionMonths(database),
    lastSlots,
  }
}

function spanOf(query: SlotsQuery, { createdAt }: CronRow, now: Date): Span {
  // What is not due yet has no verdict; the instant that is due at this moment has one.
  const latest = new Date(now.getTime() + 1)
  const to = query.to && query.to < latest ? query.to : latest
  const dayBefore = new Date(to.getTime() - DAY_MS)
  const from = query.from ?? (dayBefore < createdAt && createdAt < to ? createdAt : dayBefore)
  if (from < to) return { from, to }
  throw validationError([
    {
      field: 'from',
      message: 'must be before to, and before now',
      received: from.toISOString(),
      expected: `before ${to.toISOString()}`,
    },
  ])
}

function tooMany(query: SlotsQuery, what: string) {
  return validationError([
    {
      field: 'from',
      message: `the span holds ${what}; at most ${MAX_INSTANTS} instants are looked at, ask for a shorter one`,
      received: query.from?.toISOString(),
      expected: `a span of at most ${MAX_INSTANTS} instants`,
    },
  ])
}

function slotView({ at, row, verdict, explanation, coveredBy }: JudgedSlot) {
  const { startedAt = null, finishedAt = null } = row ?? {}
  return {
    scheduled_time: at,
    verdict,
    explanation,
    job_id: row?.id ?? null,
    started_at: startedAt,
    finished_at: finishedAt,
    late_ms: startedAt && Math.max(0, startedAt.getTime() - at.getTime()),
    duration_ms: startedAt && finishedAt && finishedAt.getTime() - startedAt.getTime(),
    reason: row?.reason ?? null,
    is_backfill: row?.isBackfill ?? false,
    covered_by: coveredBy,
  }
}

function triggerView(row: SlotRow) {
  return {
    job_id: row.id,
    scheduled_time: row.scheduledTime,
    status: row.status,
    started_at: row.startedAt,
    finished_at: row.finishedAt,
  }
}
