import { setTimeout as delay } from 'node:timers/promises'
import { nowUs } from './clock.mjs'
import { cpuSeconds } from './processes.mjs'

/** How long a drain may stand still before it counts as stuck, in milliseconds. */
const STUCK_MS = 30_000
const ENQUEUE_BATCH = 5_000
/** A session hands what it did to the statistics when it ends, which takes a moment. */
const STATISTICS_MS = 500

/**
 * Enqueues, starts the workers and measures until all is settled.
 *
 * The clock runs from the first call of a handler in any of the processes, so that loading code, connecting and the
 * first claim count for nobody, to the start of the first look at the database that finds nothing unsettled, taken once
 * all handlers have been called. Both instants are of the machine's monotonic clock.
 *
 * @param {import('./bench.mjs').Bench} bench
 * @param {{ key: string, contender: import('../contenders/index.mjs').Contender, url: string, database: string, jobs: number, workers: number,
 *           execArgv?: string[] }} options
 * @returns {Promise<Drain>}
 *
 * @typedef {object} Drain
 * @property {number} rate         executions a second
 * @property {number | null} workerCpuUs    CPU microseconds an execution, of the worker processes
 * @property {number | null} databaseCpuUs  of the server's processes
 * @property {number} walBytes     bytes of write-ahead log an execution, from the first claim on
 * @property {number} deadRows     row versions left dead an execution
 */
export async function measureDrain(bench, { key, contender, url, database, jobs, workers, execArgv = [] }) {
  const { server } = bench
  const sql = await server.connect(database)
  const settledBefore = await countSettled(sql, contender)
  await server.settle()
  const client = await bench.client(key, url)
  await client.ask('enqueue', { count: jobs, batch: ENQUEUE_BATCH })
  await client.stop()
  await sql.query('VACUUM ANALYZE')
  await delay(STATISTICS_MS)

  const deadBefore = await deadRows(sql)
  const walBefore = await server.walBytes()
  const processes = Array.from({ length: workers }, () =>
    bench.worker(key, contender, url, 'drain', {}, execArgv),
  )
  try {
    let databaseCpu
    let workerCpu
    const countCpu = () => processes.map(({ pid }) => cpuSeconds(pid))
    for (const one of processes) {
      one.onMessage = ({ type }) => {
        if (type !== 'progress' || databaseCpu) return
        databaseCpu = server.cpuByPid()
        workerCpu = countCpu()
      }
    }
    await handledAll(processes, jobs)
    const settledAt = await allSettled(sql, contender)
    const databaseSeconds = server.cpuSince(databaseCpu)
    const workerSeconds = countCpu().map((seconds, index) =>
      seconds === null ? null : seconds - workerCpu[index],
    )
    const startedAt = Math.min(...processes.flatMap((one) => one.seen.get('progress')?.firstAt ?? []))
    await Promise.all(processes.map((one) => one.stop()))
    await delay(STATISTICS_MS)
    const walBytes = (await server.walBytes()) - walBefore
    const settled = (await countSettled(sql, contender)) - settledBefore
    if (contender.settledCount && settled !== jobs)
      throw new Error(`${key} settled ${settled} of ${jobs} jobs`)
    return {
      rate: jobs / ((settledAt - startedAt) / 1e6),
      workerCpuUs: workerSeconds.includes(null) ? null : (sum(workerSeconds) / jobs) * 1e6,
      databaseCpuUs: workerSeconds.includes(null) ? null : (databaseSeconds / jobs) * 1e6,
      walBytes: walBytes / jobs,
      deadRows: ((await deadRows(sql)) - deadBefore) / jobs,
    }
  } finally {
    await Promise.all(processes.map((one) => one.stop()))
    await server.disconnect(sql)
  }
}

/** Waits until the handlers of these processes have been called `jobs` times, together. */
export async function handledAll(processes, jobs) {
  let last = -1
  let movedAt = Date.now()
  for (;;) {
    const count = sum(processes.map((one) => one.seen.get('progress')?.count ?? 0))
    if (count >= jobs) return
    if (count !== last) {
      last = count
      movedAt = Date.now()
    }
    for (const one of processes) if (one.failure) throw one.failure
    if (Date.now() - movedAt > STUCK_MS) {
      throw new Error(`stuck at ${count} of ${jobs} jobs:\n${processes.map((one) => one.output).join('\n')}`)
    }
    await delay(5)
  }
}

/** @returns the instant at which the first look that finds nothing unsettled began */
export async function allSettled(sql, contender) {
  for (const deadline = Date.now() + STUCK_MS; ; await delay(1)) {
    const at = nowUs()
    const { rows } = await sql.query(contender.unsettled)
    if (!rows[0].is_left) return at
    if (Date.now() > deadline) throw new Error(`${contender.name}: something stays unsettled`)
  }
}

async function countSettled(sql, contender) {
  return contender.settledCount ? (await sql.query(contender.settledCount)).rows[0].count : 0
}

async function deadRows(sql) {
  const { rows } =
    await sql.query(`SELECT pg_stat_clear_snapshot(), sum(n_tup_upd + n_tup_del)::float8 AS dead
    FROM pg_stat_user_tables`)
  return rows[0].dead
}

const sum = (values) => values.reduce((total, value) => total + value, 0)
