import { setTimeout as delay } from 'node:timers/promises'
import { nowUs } from './clock.mjs'

const DB = '../../packages/db/dist/index.js'
/** Runs started in one transaction. */
const START_BATCH = 100
/** How long runs may stand still before they count as stuck, in milliseconds. */
const STUCK_MS = 30_000

/** Tasks level by level, each after all of the level before it. */
export const diamonds = (widths) => {
  const tasks = []
  let before = []
  for (const width of widths) {
    const level = Array.from({ length: width }, () => tasks.push({ parents: before }) - 1)
    before = level
  }
  return tasks
}

/** Writes a schedule with these tasks. @returns its id */
export async function writeSchedule(sql, tasks, { handler = 'bench' } = {}) {
  const { rows } = await sql.query(
    `WITH made AS (
       INSERT INTO schedules (title, timezone, max_active_runs) VALUES ('bench', 'UTC', 10000) RETURNING id
     ), version AS (
       INSERT INTO schedule_versions (schedule_id, version, definition) SELECT id, 1, '{}' FROM made RETURNING id, schedule_id
     )
     SELECT id AS version, schedule_id AS schedule FROM version`,
  )
  const { version, schedule } = rows[0]
  await sql.query('UPDATE schedules SET version_id = $2 WHERE id = $1', [schedule, version])
  await sql.query(
    `INSERT INTO schedule_tasks (version_id, no, key, parents, handler_name, trigger_rule, is_decided)
     SELECT $1, no - 1, 't' || no, parents, $2, 'all_success', is_decided
     FROM unnest($3::integer[], $4::boolean[]) WITH ORDINALITY AS t (parents, is_decided, no)`,
    [version, handler, tasks.map(({ parents }) => parents.length), tasks.map((task) => task.isList === true)],
  )
  const edges = tasks.flatMap(({ parents }, child) => parents.map((parent) => [parent, child]))
  await sql.query(
    `INSERT INTO schedule_edges (version_id, parent_no, child_no) SELECT $1, * FROM unnest($2::integer[], $3::integer[])`,
    [version, edges.map(([parent]) => parent), edges.map(([, child]) => child)],
  )
  return Number(schedule)
}

/** Makes runs, starts them, and waits for the end of all. @returns seconds from before the first was made */
export async function runAll(sql, url, schedule, runs) {
  const { Database, startPendingRuns } = await import(DB)
  const db = new Database({ url }, { engine: true, maxConnections: 1 })
  try {
    const startedAt = nowUs()
    for (let left = runs; left > 0; left -= START_BATCH) {
      await db.query(
        `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger)
         SELECT id, version_id, now(), 'manual' FROM schedules, generate_series(1, $2) WHERE id = $1`,
        [schedule, Math.min(left, START_BATCH)],
      )
      await db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, schedule, START_BATCH))
    }
    return ((await ended(sql)) - startedAt) / 1e6
  } finally {
    await db.close()
  }
}

/** @returns the instant at which the first look that finds no run active began */
async function ended(sql) {
  let last
  let movedAt = Date.now()
  for (;;) {
    const at = nowUs()
    const { rows } = await sql.query(
      `SELECT count(*)::integer AS runs, coalesce(sum(tasks_left), 0)::integer AS tasks FROM schedule_runs WHERE status IN ('PENDING', 'RUNNING')`,
    )
    if (rows[0].runs === 0) return at
    if (rows[0].tasks !== last) movedAt = Date.now()
    last = rows[0].tasks
    if (Date.now() - movedAt > STUCK_MS) throw new Error(`stuck with ${last} tasks left`)
    await delay(10)
  }
}
