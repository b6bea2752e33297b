import { setTimeout as delay } from 'node:timers/promises'
import { nowUs } from './clock.mjs'

const DB = '../../packages/db/dist/index.js'
/** How often runs are started and looked at; a dispatcher is told of the end of each. */
const START_EVERY_MS = 50
/** Runs started in one transaction. */
const START_BATCH = 1_000
/** As many tasks are ready then as one worker claims at once. */
const ACTIVE_RUNS = 10_000
/** How long runs may stand still before they count as stuck, in milliseconds. */
const STUCK_MS = 30_000
/** Settled one by one, in each kind of run. */
const RELEASES = 300

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

/** Levels of the same width; each task after the one above it and that one's neighbour. */
export const lattice = (depth, width) =>
  Array.from({ length: depth * width }, (_, no) => {
    const above = no - width
    return { parents: above < 0 ? [] : [above, above - (above % width) + ((above + 1) % width)] }
  })

/** Writes a schedule with these tasks. @returns its id */
export async function writeSchedule(sql, tasks, { handler = 'bench', activeRuns = ACTIVE_RUNS } = {}) {
  const { rows } = await sql.query(
    `WITH made AS (
       INSERT INTO schedules (title, timezone, max_active_runs) VALUES ('bench', 'UTC', $1) RETURNING id
     ), version AS (
       INSERT INTO schedule_versions (schedule_id, version, definition) SELECT id, 1, '{}' FROM made RETURNING id, schedule_id
     )
     SELECT id AS version, schedule_id AS schedule FROM version`,
    [activeRuns],
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

/**
 * Makes runs, starts them as others end, and waits for the last, as a dispatcher would.
 *
 * @param decide  called each time, for tasks that are DECIDING
 * @returns seconds from before the first was made to the first look that finds none active
 */
export async function runAll(sql, url, schedule, runs, decide = async () => {}) {
  const { Database, startPendingRuns } = await import(DB)
  const db = new Database({ url }, { engine: true, maxConnections: 1 })
  try {
    const startedAt = nowUs()
    await sql.query(
      `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger)
       SELECT id, version_id, now(), 'manual' FROM schedules, generate_series(1, $2) WHERE id = $1`,
      [schedule, runs],
    )
    let last
    for (let movedAt = Date.now(); ; await delay(START_EVERY_MS)) {
      await db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, schedule, START_BATCH))
      await decide()
      const at = nowUs()
      const { rows } = await sql.query(
        `SELECT count(*)::integer AS runs, sum(tasks_left)::integer AS tasks FROM schedule_runs WHERE status IN ('PENDING', 'RUNNING')`,
      )
      if (rows[0].runs === 0) return (at - startedAt) / 1e6
      if (rows[0].tasks !== last) movedAt = Date.now()
      last = rows[0].tasks
      if (Date.now() - movedAt > STUCK_MS) throw new Error(`stuck with ${last} tasks left`)
    }
  } finally {
    await db.close()
  }
}

/** Makes the items of a list that is DECIDING, in one transaction, as a dispatcher does. */
export async function expandList(sql, items) {
  await sql.query('BEGIN')
  await sql.query('SELECT FROM schedule_runs FOR NO KEY UPDATE')
  await sql.query(
    `WITH task AS (
       UPDATE task_runs SET state = 'EXPANDED', attention_at = NULL, items = $1, items_left = $1 WHERE state = 'DECIDING' RETURNING *
     )
     INSERT INTO task_runs (run_id, version_id, task_no, item, result, state, execution_id, execution_time)
     SELECT run_id, version_id, task_no, i, to_jsonb(i), 'QUEUED', nextval('job_executions_id_seq'), clock_timestamp()
     FROM task, generate_series(0, $1 - 1) AS i`,
    [items],
  )
  await sql.query(
    `SELECT pg_notify('jobu_work', unnest(jobu_enqueue_tasks(ARRAY (
       SELECT id FROM task_runs AS t WHERE item >= 0 AND state = 'QUEUED' AND NOT EXISTS (SELECT FROM job_executions WHERE id = t.execution_id)))))`,
  )
  await sql.query('COMMIT')
}

/** Settles one task at a time, in a large run and in small ones by turns. @returns medians in microseconds */
export async function releaseCosts(sql, url, { small, big }) {
  const { Database, completeExecutions, startPendingRuns } = await import(DB)
  const db = new Database({ url }, { engine: true, maxConnections: 1 })
  try {
    const costs = { small: [], big: [] }
    const schedules = { small: await writeSchedule(sql, small), big: await writeSchedule(sql, big) }
    for (const [key, runs] of [
      ['small', Math.ceil(RELEASES / small.length) + 1],
      ['big', 1],
    ]) {
      await sql.query(
        `INSERT INTO schedule_runs (schedule_id, version_id, scheduled_time, trigger)
         SELECT id, version_id, now(), 'manual' FROM schedules, generate_series(1, $2) WHERE id = $1`,
        [schedules[key], runs],
      )
      await db.transactional({ label: 'start' }, (tx) => startPendingRuns(tx, schedules[key], runs))
    }
    await sql.query('ANALYZE')
    for (let i = 0; i < RELEASES; i++) {
      for (const key of ['small', 'big']) {
        const { rows } = await db.query(
          `UPDATE job_executions AS e
           SET status = 'RUNNING', ready_at = NULL, started_at = now(), lease_expires_at = now() + interval '1 minute', worker_id = 'w', attempt = 1
           WHERE (id, scheduled_time) = (
             SELECT e.id, e.scheduled_time FROM job_executions AS e JOIN task_runs AS t ON t.id = e.task_run_id
             JOIN schedule_runs AS r ON r.id = t.run_id WHERE r.schedule_id = $1 AND e.status = 'PENDING' ORDER BY e.id LIMIT 1)
           RETURNING id, scheduled_time AS "scheduledTime", attempt`,
          [schedules[key]],
        )
        await db.transactional({ label: 'settle' }, async (tx) => {
          const at = nowUs()
          await completeExecutions(tx, [{ ...rows[0], result: '{}' }], () => {})
          costs[key].push(nowUs() - at)
        })
      }
    }
    return { smallUs: median(costs.small), bigUs: median(costs.big) }
  } finally {
    await db.close()
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
