import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { countRuns, nextRun } from '@jobu/cron'
import {
  type CronRow,
  type Database,
  databaseNow,
  ensurePartitions,
  getCron,
  insertBackfill,
  JobuError,
  listSlotRows,
  lockCron,
  releaseBackfill,
  type Tx,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import type { BackfillBody } from '../schemas/slots.ts'
import { audit } from './audit.ts'
import type { HandlerCatalog } from './handlerCatalog.ts'
import { specOf } from './planCron.ts'

const MAX_SLOTS = 10_000
/** Each month needs a partition of its own, and every statement plans over all of them. */
const MAX_MONTHS = 60
/** Executions of the range that are looked at: its slots, and what people ran besides. */
const MAX_ROWS = 100_000
/** Other requests are answered after so many instants. */
const YIELD_EVERY = 500

interface Range {
  /** Exclusive. */
  after: Date
  /** Inclusive. */
  until: Date
}

/**
 * Runs past slots of a cron, those that have no execution yet: oldest first, at a priority just below the cron's, at most
 * `max_active` at a time. The cron may be disabled; its window is kept to, `max_runs` is not counted.
 *
 * @throws JobuError CRON_NOT_FOUND, BACKFILL_TOO_LARGE, VALIDATION_FAILED
 */
export async function backfillCron(
  database: Database,
  catalog: HandlerCatalog,
  id: number,
  body: BackfillBody,
  actor: Actor,
) {
  const now = await databaseNow(database)
  if (body.to > now) {
    const detail = { field: 'to', message: 'must not be ahead of now: slots to come run by themselves' }
    throw validationError([
      { ...detail, received: body.to.toISOString(), expected: `at most ${now.toISOString()}` },
    ])
  }
  await checkParams(catalog, await getCron(database, id), body.params)
  if (body.dry_run) return count(database, await getCron(database, id), body)

  return database.transactional({ label: 'backfill cron' }, async (tx) => {
    const cron = await lockCron(tx, id)
    const { slots, ...counted } = await freshSlots(tx, cron, body)
    for (const month of monthsOf(slots)) await ensurePartitions(tx, month, month)
    const keys = await insertBackfill(tx, {
      jobId: id,
      slots,
      params: body.params ?? null,
      limit: body.max_active,
    })
    await releaseBackfill(tx, [id])
    const made = { ...counted, dry_run: false, count: keys.length }
    const { dry_run: _, ...range } = body
    await audit(tx, actor, 'cron.backfill', { type: 'cron', id, name: cron.name }, null, {
      ...range,
      count: made.count,
    })
    return { ...made, ids: keys.map((key) => key.id) }
  })
}

async function count(database: Database, cron: CronRow, body: BackfillBody) {
  const { slots, ...counted } = await freshSlots(database, cron, body)
  return { ...counted, dry_run: true, count: slots.length, ids: [] as number[] }
}

/** The slots of the range that have no execution. @throws JobuError BACKFILL_TOO_LARGE */
async function freshSlots(tx: Tx, cron: CronRow, body: BackfillBody) {
  const range = {
    after: new Date(Math.max(body.from.getTime(), (cron.startAt?.getTime() ?? 0) - 1)),
    until: new Date(Math.min(body.to.getTime(), (cron.endAt?.getTime() ?? Infinity) - 1)),
  }
  const all = await slotsIn(cron, range)
  const span = { from: range.after, to: new Date(range.until.getTime() + 1) }
  const rows = all.length > 0 ? await listSlotRows(tx, cron.id, span, MAX_ROWS) : []
  const taken = new Set(rows.map((row) => row.scheduledTime.getTime()))
  const slots = all.filter((slot) => !taken.has(slot.getTime()))
  return {
    slots,
    existing: all.length - slots.length,
    first: slots[0] ?? null,
    last: slots.at(-1) ?? null,
    max_active: body.max_active,
  }
}

async function slotsIn(cron: CronRow, { after, until }: Range): Promise<Date[]> {
  const spec = specOf(cron)
  const total = after < until ? countRuns(spec, after, until) : 0
  if (total > MAX_SLOTS) throw tooLarge(`${total} slots`, total, `at most ${MAX_SLOTS} slots`)
  const slots: Date[] = []
  for (
    let slot = total > 0 ? nextRun(spec, after) : null;
    slot && slot <= until;
    slot = nextRun(spec, slot)
  ) {
    slots.push(slot)
    if (slots.length % YIELD_EVERY === 0) await yieldToOthers()
  }
  const months = monthsOf(slots).length
  if (months > MAX_MONTHS)
    throw tooLarge(`slots in ${months} months`, total, `slots in at most ${MAX_MONTHS} months`)
  return slots
}

function tooLarge(what: string, received: number, expected: string): JobuError {
  return new JobuError('BACKFILL_TOO_LARGE', `The range holds ${what}; one backfill takes ${expected}`, {
    details: [{ field: 'from', message: `the range holds ${what}`, received, expected }],
  })
}

/** An instant of each month that holds a slot. */
function monthsOf(slots: Date[]): Date[] {
  return [...new Set(slots.map((slot) => slot.toISOString().slice(0, 7)))].map(
    (month) => new Date(`${month}-01T00:00:00Z`),
  )
}

async function checkParams(
  catalog: HandlerCatalog,
  cron: CronRow,
  params: Record<string, unknown> | undefined,
): Promise<void> {
  if (params === undefined) return
  const handlers = await catalog.load([])
  const faults = handlers.faults(cron.handlerName, params, [], { name: 'handler_name', params: 'params' })
  if (faults.length > 0) throw validationError(faults)
}
