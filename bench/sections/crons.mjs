import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { serviceEnv } from '../contenders/jobu.mjs'
import { QUEUE } from '../contenders/queue.mjs'
import { cpuSeconds, Process } from '../lib/processes.mjs'

/** How long before they are due the crons are there, in milliseconds: the dispatcher sleeps by then. */
const LEAD_MS = 2_000
const TIMEOUT_MS = 120_000
/** How long a peer may take to come up before its minute begins, in milliseconds. */
const PEER_START_MS = 8_000

/**
 * Many crons due at one instant: from the instant, by the database's clock, until the execution of each is there to be
 * claimed. No worker runs, so nobody competes. Of the peers the same number of crons, due at one minute.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { cronCounts, peerCrons, peerCronSeconds, rounds } = bench.options
  const measures = []
  const goals = { 10000: { most: 0.5 }, 100000: { most: 3 } }
  for (const count of cronCounts) {
    measures.push({
      what: `${count.toLocaleString('en-US')} crons due at once, until every execution is PENDING`,
      unit: 's',
      better: 'less',
      values: { jobu: await jobuCrons(bench, count, rounds) },
      goal: goals[count],
    })
  }
  const graphile = await graphileCrons(bench, peerCrons)
  const boss = await bossCrons(bench, peerCrons, peerCronSeconds)
  const same = measures.find((one) => one.what.startsWith(peerCrons.toLocaleString('en-US')))
  const share = boss.sent === peerCrons ? boss.seconds : null
  const ofPeers = { 'graphile-worker': [graphile], 'pg-boss': [share] }
  if (same) Object.assign(same.values, ofPeers)
  else measures.push({ what: `${peerCrons} crons of the peers`, unit: 's', better: 'less', values: ofPeers })
  measures.push({
    what: `of ${peerCrons.toLocaleString('en-US')} crons due at one minute, sent within ${peerCronSeconds} s`,
    unit: '',
    better: 'more',
    values: {
      jobu: same ? [peerCrons] : [null],
      'graphile-worker': [graphile <= peerCronSeconds ? peerCrons : 0],
      'pg-boss': [boss.sent],
    },
  })
  return measures
}

async function jobuCrons(bench, count, rounds) {
  const { server, say } = bench
  const database = 'bench_crons'
  const url = await bench.freshDatabase('jobu', database)
  const sql = await server.connect(database)
  // One instant is due for all; what comes after it differs, as it does among the crons of a company.
  await sql.query(
    `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, next_run_at)
     SELECT 'cron-' || i, CASE i % 4 WHEN 0 THEN i % 60 || ' * * * *' WHEN 1 THEN i % 60 || ' */6 * * *' WHEN 2 THEN i % 60 || ' 3 * * 1-5'
       ELSE i % 60 || ' ' || i % 24 || ' * * *' END, CASE i % 2 WHEN 0 THEN 'UTC' ELSE 'Asia/Seoul' END, $2, now() + interval '1 day'
     FROM generate_series(1, $1::integer) AS i`,
    [count, QUEUE],
  )
  const dispatcher = new Process({
    node: bench.node.path,
    script: 'apps/dispatcher/dist/main.js',
    env: serviceEnv(url),
  })
  await dispatcher.got('ready')
  const seconds = []
  for (let round = 0; round < rounds; round++) {
    // In this order: a minute that begins in between fires some, and what they leave would be an overlap.
    await sql.query(`UPDATE cron_jobs SET next_run_at = now() + interval '1 day'`)
    await sql.query('TRUNCATE job_executions, execution_stat_deltas')
    await sql.query('VACUUM ANALYZE cron_jobs')
    await server.settle()
    const { rows } = await sql.query(
      `WITH due AS (SELECT date_trunc('milliseconds', clock_timestamp() + $1 * interval '1 millisecond') AS at)
       UPDATE cron_jobs SET next_run_at = (SELECT at FROM due) RETURNING next_run_at AS at`,
      [LEAD_MS + count / 20],
    )
    const dueAt = rows[0].at
    await sql.query(`SELECT pg_notify('jobu_crons', '')`)
    await delay(dueAt - Date.now() - 20)
    const dispatcherCpu = cpuSeconds(dispatcher.pid)
    const databaseCpu = server.cpuByPid()
    const doneAt = await pollUntil(
      sql,
      `SELECT clock_timestamp() AS now, EXISTS (SELECT FROM cron_jobs WHERE is_enabled AND next_run_at IS NOT NULL AND next_run_at <= $1) AS is_left`,
      [dueAt],
      5,
      TIMEOUT_MS,
    )
    const perCron = (cpu) => `${((cpu / count) * 1e6).toFixed(1)} us`
    const cpu =
      dispatcherCpu === null
        ? ''
        : `, CPU a cron: dispatcher ${perCron(cpuSeconds(dispatcher.pid) - dispatcherCpu)}, database ${perCron(server.cpuSince(databaseCpu))}`
    const { rows: written } = await sql.query(
      `SELECT count(*)::integer AS count FROM job_executions WHERE status = 'PENDING' AND scheduled_time = $1`,
      [dueAt],
    )
    if (written[0].count !== count) throw new Error(`${written[0].count} of ${count} executions are PENDING`)
    seconds.push((doneAt - dueAt) / 1000)
    say(`round ${round + 1}: jobu, ${count} crons: ${seconds.at(-1).toFixed(3)} s${cpu}`)
  }
  await dispatcher.stop()
  await server.disconnect(sql)
  await server.drop(database)
  return seconds
}

async function graphileCrons(bench, count) {
  const { server, say } = bench
  const database = 'bench_graphileworker'
  const url = await bench.freshDatabase('graphileWorker', database)
  const sql = await server.connect(database)
  const dueAt = await nextMinute(sql)
  // Crons of this minute of the hour only, so that none is due while it starts.
  const cronExpression = `${dueAt.getUTCMinutes()} * * * *`
  const worker = bench.worker('graphileWorker', CONTENDERS.graphileWorker, url, 'latency', {
    cronExpression,
    cronCount: count,
    isIdle: true,
  })
  await worker.got('ready')
  say(`graphile-worker: waiting for ${dueAt.toISOString()}`)
  const doneAt = await pollUntil(
    sql,
    'SELECT clock_timestamp() AS now, (SELECT count(*) FROM graphile_worker._private_jobs) < $1 AS is_left',
    [count],
    20,
    dueAt - Date.now() + TIMEOUT_MS,
  )
  await worker.stop()
  await server.disconnect(sql)
  await server.drop(database)
  const seconds = (doneAt - dueAt) / 1000
  say(`graphile-worker, ${count} crons: ${seconds.toFixed(3)} s`)
  return seconds
}

async function bossCrons(bench, count, forSeconds) {
  const { server, say } = bench
  const database = 'bench_pgboss'
  const url = await bench.freshDatabase('pgBoss', database)
  const sql = await server.connect(database)
  // Scheduling takes a while: at a minute of the hour that is safely ahead.
  const dueAt = await nextMinute(sql, PEER_START_MS + count * 2)
  const client = await bench.client('pgBoss', url)
  await client.ask('schedule', { expression: `${dueAt.getUTCMinutes()} * * * *`, count })
  await client.stop()
  const worker = bench.worker('pgBoss', CONTENDERS.pgBoss, url, 'latency', {
    isIdle: true,
    isScheduling: true,
  })
  await worker.got('ready')
  say(`pg-boss: waiting for ${dueAt.toISOString()}, and ${forSeconds} s more`)
  const until = dueAt.getTime() + forSeconds * 1000
  const sent = `SELECT count(*)::integer AS count FROM pgboss.job WHERE name = '${QUEUE}'`
  const doneAt = await pollUntil(
    sql,
    `SELECT clock_timestamp() AS now, (${sent}) < $1 AND clock_timestamp() < $2 AS is_left`,
    [count, new Date(until)],
    100,
    until - Date.now() + TIMEOUT_MS,
  )
  const { rows } = await sql.query(sent)
  await worker.stop()
  await server.disconnect(sql)
  await server.drop(database)
  say(`pg-boss: ${rows[0].count} of ${count} crons sent`)
  return { sent: rows[0].count, seconds: (doneAt - dueAt) / 1000 }
}

/** The next full minute that leaves time to start, by the database's clock. */
async function nextMinute(sql, leadMs = PEER_START_MS) {
  const { rows } = await sql.query('SELECT clock_timestamp() AS now')
  return new Date(Math.ceil((rows[0].now.getTime() + leadMs) / 60_000) * 60_000)
}

/** @returns {Promise<Date>} when the database first answered that nothing is left, by its own clock */
async function pollUntil(sql, text, values, everyMs, timeoutMs) {
  for (const deadline = Date.now() + timeoutMs; ; await delay(everyMs)) {
    const { rows } = await sql.query({ name: text.slice(0, 60), text, values })
    if (!rows[0].is_left) return rows[0].now
    if (Date.now() > deadline) throw new Error(`not done after ${Math.round(timeoutMs / 1000)} s`)
  }
}
