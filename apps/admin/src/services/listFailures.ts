import {
  countSeries,
  type Database,
  databaseNow,
  type FailureRow,
  listFailures as readFailures,
} from '@jobu/db'
import type { FailuresQuery } from '../schemas/failures.ts'
import { messagePattern } from './messagePattern.ts'
import { statsWindow } from './statsWindow.ts'

const DEFAULT_DAYS = 1
const MAX_DAYS = 7
/** Failures that are looked at, the newest. */
export const MOST_FAILURES = 10_000
/** Of those scheduled before the time asked for, which may have failed in it: backfilled, retried, or long running. */
export const MOST_EARLIER = 2_000
const MOST_GROUPS = 50
const CRONS_NAMED = 5

/**
 * Failures of a time by their cause, the most frequent first. Their number comes from the roll-ups, the causes from the
 * executions.
 *
 * @throws JobuError VALIDATION_FAILED
 */
export async function listFailures(database: Database, query: FailuresQuery) {
  const { from, to } = statsWindow(query, await databaseNow(database), DEFAULT_DAYS, MAX_DAYS)
  const scope = { jobId: query.cron_id, handlerName: query.handler_name }
  const options = { label: 'list failures', readonly: true, snapshot: true }
  const { rows, total, isComplete } = await database.transactional(options, async (tx) => {
    const counts = await countSeries(tx, { ...scope, statuses: ['FAILED', 'TIMEOUT'] }, [from, to])
    const total = counts.reduce((sum, { count }) => sum + count, 0)
    const isWithin = ({ finishedAt }: FailureRow) => finishedAt >= from && finishedAt < to
    const recent = await readFailures(tx, { ...scope, from, to }, MOST_FAILURES)
    const rows = recent.rows.filter(isWithin)
    if (!recent.isComplete || rows.length >= total) return { rows, total, isComplete: recent.isComplete }
    const earlier = await readFailures(tx, { ...scope, to: from }, MOST_EARLIER)
    rows.push(...earlier.rows.filter(isWithin))
    return { rows, total, isComplete: earlier.isComplete || rows.length >= total }
  })
  const groups = groupsOf(rows)
  return {
    from,
    to,
    // What settled this moment may be in the executions and, behind many others, not yet in the figures.
    total: Math.max(total, rows.length),
    grouped: rows.length,
    is_complete: isComplete,
    items: groups.slice(0, MOST_GROUPS).map(groupView),
  }
}

interface Group {
  message: string
  rows: FailureRow[]
}

/** By reason, handler and what their messages have in common. */
function groupsOf(rows: readonly FailureRow[]): Group[] {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const message = messagePattern(row.message)
    const key = JSON.stringify([row.reason, row.handlerName, message])
    const group = groups.get(key)
    if (group) group.rows.push(row)
    else groups.set(key, { message, rows: [row] })
  }
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length)
}

function groupView({ message, rows }: Group) {
  const crons = new Map<number, { id: number; name: string; count: number }>()
  let [first, last] = [rows[0]!, rows[0]!]
  for (const row of rows) {
    if (row.finishedAt < first.finishedAt) first = row
    if (row.finishedAt > last.finishedAt) last = row
    if (row.jobId === null) continue
    const cron = crons.get(row.jobId) ?? { id: row.jobId, name: row.cronName ?? '', count: 0 }
    crons.set(row.jobId, { ...cron, count: cron.count + 1 })
  }
  const frequent = [...crons.values()].sort((a, b) => b.count - a.count || a.id - b.id)
  return {
    reason: last.reason,
    message,
    handler_name: last.handlerName,
    count: rows.length,
    cron_count: crons.size,
    crons: frequent.slice(0, CRONS_NAMED).map(({ id, name }) => ({ id, name })),
    first_at: first.finishedAt,
    last_at: last.finishedAt,
    last_job_id: last.id,
    statuses: (['FAILED', 'TIMEOUT'] as const).filter((status) => rows.some((row) => row.status === status)),
    example: last.message,
  }
}
