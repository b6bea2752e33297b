import type { Tx } from '../database.ts'
import { numbered } from './executionFilter.ts'
import type { LaneSource, SetSource } from './executionSources.ts'
import { type ExecutionKey, instantArray, plainArray } from './types.ts'

/** The stretch of time that is asked for, both ends inclusive; null where it is open. */
export interface Span {
  from: Date | null
  to: Date | null
}

export interface ReadOptions extends Span {
  isDescending: boolean
  /** How many entries to read of each lane, or in all of a set. */
  count: number
}

/** An entry of a lane. */
export interface LaneEntry extends ExecutionKey {
  lane: number
  /** Its place among those read of its lane, from 1. */
  place: number
  /** False for the last one looked at, where it is no match. */
  isMatch: boolean
}

/** One name for each text: a statement is planned once a connection. */
const names = new Map<string, string>()

function prepared(text: string, values: unknown[]) {
  const name = names.get(text) ?? `executionSource${names.size}`
  names.set(text, name)
  return { name, text, values }
}

/** Before every id, and behind it. */
const FIRST_ID = -1
const LAST_ID = Number.MAX_SAFE_INTEGER

/**
 * The next entries of some of a source's lanes, `count` of each, those that do not match left out but for the last.
 *
 * @param lanes  positions in the source
 * @param after  for each of them behind which entry it goes on; null at its beginning
 */
export async function readLanes(
  tx: Tx,
  source: LaneSource,
  lanes: readonly number[],
  after: ReadonlyArray<ExecutionKey | null>,
  options: ReadOptions,
): Promise<LaneEntry[]> {
  const { columns, condition, where } = source
  const { isDescending } = options
  const [sign, direction] = isDescending ? ['<', 'DESC'] : ['>', 'ASC']
  const conditionValues = condition?.values ?? []
  const firstLaneValue = 6 + conditionValues.length
  const entries = `
    FROM job_executions
    WHERE ${where} AND scheduled_time >= $4 AND scheduled_time <= $5
      AND (scheduled_time, id) ${sign} (l.after_time, l.after_id)
    ORDER BY scheduled_time ${direction}${source.isOrderedById ? `, id ${direction}` : ''}
    LIMIT $3`
  const text = `
    SELECT l.lane::integer - 1 AS lane, e.id, e.scheduled_time AS "scheduledTime", e.place, e."isMatch"
    FROM unnest($1::timestamptz[], $2::bigint[], ${columns.map(([, type], index) => `$${firstLaneValue + index}::${type}[]`).join(', ')})
      WITH ORDINALITY AS l (after_time, after_id, ${columns.map(([name]) => name).join(', ')}, lane),
    LATERAL (${
      condition
        ? `SELECT id, scheduled_time, "isMatch", (row_number() OVER ())::integer AS place
          FROM (SELECT id, scheduled_time, (${numbered(condition, 6)}) AS "isMatch" ${entries}) AS looked_at`
        : `SELECT id, scheduled_time, true AS "isMatch", NULL::integer AS place ${entries}`
    }) AS e
    ${condition ? 'WHERE e."isMatch" OR e.place = $3' : ''}`
  const start = isDescending ? 'infinity' : '-infinity'
  const { rows } = await tx.query<Omit<LaneEntry, 'place'> & { place: number | null }>(
    prepared(text, [
      after.some((key) => key === null)
        ? after.map((key) => key?.scheduledTime.toISOString() ?? start)
        : instantArray(after.map((key) => key!.scheduledTime)),
      plainArray(after.map((key) => key?.id ?? (isDescending ? LAST_ID : FIRST_ID))),
      options.count,
      options.from ?? '-infinity',
      options.to ?? 'infinity',
      ...conditionValues,
      ...(lanes.length === source.count ? source.lanes : source.lanes.map((column) => pick(column, lanes))),
    ]),
  )
  const read = new Map<number, number>()
  return rows.map((row) => {
    const lane = lanes[row.lane]!
    // Without a condition every entry comes, so that their number says how many were read.
    const place = row.place ?? (read.get(lane) ?? 0) + 1
    read.set(lane, place)
    return { ...row, lane, place }
  })
}

/** The first `count` of a set's matches behind `after`. */
export async function readSet(
  tx: Tx,
  source: SetSource,
  after: ExecutionKey | null,
  options: ReadOptions,
): Promise<ExecutionKey[]> {
  const { condition, where } = source
  const { isDescending } = options
  const [sign, direction] = isDescending ? ['<', 'DESC'] : ['>', 'ASC']
  const text = `
    SELECT id, scheduled_time AS "scheduledTime"
    FROM job_executions
    WHERE ${where} AND scheduled_time >= $4 AND scheduled_time <= $5 AND (scheduled_time, id) ${sign} ($1, $2)
      AND ${numbered(condition, 6)}
    ORDER BY scheduled_time ${direction}, id ${direction}
    LIMIT $3`
  const { rows } = await tx.query<ExecutionKey>(
    prepared(text, [
      after?.scheduledTime ?? (isDescending ? 'infinity' : '-infinity'),
      after?.id ?? (isDescending ? LAST_ID : FIRST_ID),
      options.count,
      options.from ?? '-infinity',
      options.to ?? 'infinity',
      ...condition.values,
    ]),
  )
  return rows
}

/** How many of a source match, of the first `most` looked at. */
export async function countLanes(
  tx: Tx,
  source: LaneSource,
  span: Span,
  most: number,
): Promise<{ count: number; lookedAt: number }> {
  const { columns, condition, where } = source
  const conditionValues = condition?.values ?? []
  const firstLaneValue = 4 + conditionValues.length
  const text = `
    SELECT (count(*) FILTER (WHERE "isMatch"))::integer AS count, count(*)::integer AS "lookedAt"
    FROM (
      SELECT e."isMatch"
      FROM unnest(${columns.map(([, type], index) => `$${firstLaneValue + index}::${type}[]`).join(', ')})
        AS l (${columns.map(([name]) => name).join(', ')}),
      LATERAL (
        SELECT ${condition ? `(${numbered(condition, 4)})` : 'true'} AS "isMatch"
        FROM job_executions
        WHERE ${where} AND scheduled_time >= $2 AND scheduled_time <= $3
        ORDER BY scheduled_time DESC
        LIMIT $1
      ) AS e
      LIMIT $1
    ) AS looked_at`
  const { rows } = await tx.query<{ count: number; lookedAt: number }>(
    prepared(text, [
      most,
      span.from ?? '-infinity',
      span.to ?? 'infinity',
      ...conditionValues,
      ...source.lanes,
    ]),
  )
  return rows[0]!
}

/** How many of a set match, up to `most`. */
export async function countSet(tx: Tx, source: SetSource, span: Span, most: number): Promise<number> {
  const { condition, where } = source
  const text = `
    SELECT count(*)::integer AS count FROM (
      SELECT FROM job_executions
      WHERE ${where} AND scheduled_time >= $2 AND scheduled_time <= $3 AND ${numbered(condition, 4)}
      LIMIT $1
    ) AS found`
  const { rows } = await tx.query<{ count: number }>(
    prepared(text, [most, span.from ?? '-infinity', span.to ?? 'infinity', ...condition.values]),
  )
  return rows[0]!.count
}

/** Some entries of an array parameter, which may be PostgreSQL's own text of plain values. */
function pick(column: unknown, places: readonly number[]): unknown {
  const values = typeof column === 'string' ? column.slice(1, -1).split(',') : (column as unknown[])
  const picked = places.map((place) => values[place])
  return typeof column === 'string' ? `{${picked.join(',')}}` : picked
}
