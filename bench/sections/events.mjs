import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { QUEUE } from '../contenders/queue.mjs'
import { startAdmin } from '../lib/admin.mjs'
import { residentMiB } from '../lib/processes.mjs'
import { quantile } from '../lib/statistics.mjs'

const WARM_UP = 20
/** Between two jobs at least as long as a window of the worker's feed, at random up to twice that, in milliseconds. */
const PAUSE_MS = 150
const SETTLE_MS = 1_500
const CHANGES_PER_SECOND = 10_000
const TICK_MS = 50
/** What the slow reader takes. */
const SLOW_BYTES_PER_SECOND = 50_000

/**
 * `GET /events`: from a claim, and from an end, until a client hears of it on an idle system; and the memory of an admin
 * that hands 10,000 changes a second to a fast, a slow and a stuck reader.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const url = await bench.freshDatabase('jobu', 'bench_events')
  const sql = await bench.server.connect('bench_events')
  const admin = await startAdmin(bench, url)
  try {
    const { claimed, settled } = await latencies(bench, url, sql, admin)
    const flood = await underLoad(bench, sql, admin)
    const measure = (what, unit, value, most, isDetail = true) => ({
      what,
      unit,
      better: 'less',
      values: { jobu: [value] },
      ...(most ? { goal: { most } } : {}),
      isDetail,
    })
    return [
      measure('claim until a client of /events hears of it, median', 'ms', quantile(claimed, 0.5)),
      measure('the same, p99', 'ms', quantile(claimed, 0.99)),
      measure(
        'end of an execution until a client of /events hears of it, median',
        'ms',
        quantile(settled, 0.5),
      ),
      measure('the same, p99', 'ms', quantile(settled, 0.99)),
      measure('memory of an admin at 10,000 changes/s and three readers, most', 'MiB', flood.mostMiB),
      measure('before it', 'MiB', flood.beforeMiB),
    ]
  } finally {
    await admin.stop()
    await bench.server.disconnect(sql)
    await bench.server.drop('bench_events')
  }
}

async function latencies(bench, url, sql, admin) {
  const worker = bench.worker('jobu', CONTENDERS.jobu, url, 'latency')
  await worker.got('ready')
  const client = await bench.client('jobu', url, admin.target)
  const heard = new Map()
  const reader = await follow(admin, '?topics=executions', (text, at) => {
    for (const [, json] of text.matchAll(/event: execution\ndata: (.*)\n/g)) {
      const { id, status } = JSON.parse(json)
      if (!heard.has(`${id} ${status}`)) heard.set(`${id} ${status}`, at)
    }
  })
  await delay(SETTLE_MS)
  for (let echo = 1; echo <= WARM_UP + bench.options.latencyJobs; echo++) {
    await client.ask('one', { echo })
    await delay(PAUSE_MS * (1 + Math.random()))
  }
  await delay(SETTLE_MS)
  const { rows } = await sql.query(
    `SELECT id, extract(epoch FROM started_at)::float8 * 1000 AS started, extract(epoch FROM finished_at)::float8 * 1000 AS finished
     FROM job_executions WHERE handler_name = $1 ORDER BY id OFFSET $2`,
    [QUEUE, WARM_UP],
  )
  reader.destroy()
  await client.stop()
  await worker.stop()
  const late = (status, field) =>
    rows.flatMap((row) => {
      const at = heard.get(`${row.id} ${status}`)
      return at === undefined ? [] : [at - row[field]]
    })
  const [claimed, settled] = [late('RUNNING', 'started'), late('SUCCESS', 'finished')]
  bench.say(
    `heard of ${claimed.length} claims and ${settled.length} ends of ${rows.length}: ` +
      `claim ${quantile(claimed, 0.5).toFixed(1)} ms median, ${quantile(claimed, 0.99).toFixed(1)} ms p99; ` +
      `end ${quantile(settled, 0.5).toFixed(1)} ms median, ${quantile(settled, 0.99).toFixed(1)} ms p99`,
  )
  return { claimed, settled }
}

async function underLoad(bench, sql, admin) {
  const { floodSeconds } = bench.options
  const beforeMiB = residentMiB(admin.pid)
  const events = { fast: 0, slow: 0, resync: 0 }
  const count = (text) => text.split('event: execution').length - 1
  const fast = await follow(admin, '?topics=executions', (text) => {
    events.fast += count(text)
  })
  const slow = await follow(admin, '?topics=executions', (text) => {
    events.slow += count(text)
    events.resync += text.split('event: resync').length - 1
    slow.pause()
    setTimeout(() => slow.resume(), (1000 * text.length) / SLOW_BYTES_PER_SECOND)
  })
  const stuck = await follow(admin, '?topics=executions', () => {})
  stuck.pause()

  let mostMiB = 0
  let sent = 0
  const startedAt = performance.now()
  const samples = []
  while (performance.now() - startedAt < floodSeconds * 1000) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * CHANGES_PER_SECOND) - sent
    await sql.query(
      `SELECT jobu_tell('execution', json_agg(json_build_object('id', $1::bigint + i, 'status', 'RUNNING', 'job_id', NULL,
         'handler_name', 'bench', 'queue', 'default', 'attempt', 1))) FROM generate_series(1, $2::integer) AS i`,
      [sent, due],
    )
    sent += due
    const now = residentMiB(admin.pid)
    mostMiB = Math.max(mostMiB, now)
    const second = Math.floor((performance.now() - startedAt) / 1000)
    if (second % 10 === 9) samples[Math.floor(second / 10)] ??= Math.round(now)
    await delay(TICK_MS)
  }
  await delay(1_000)
  bench.say(
    `${sent} changes in ${floodSeconds} s: the fast reader got ${events.fast}, the slow one ${events.slow} and ` +
      `${events.resync} resync; memory ${beforeMiB.toFixed(0)} MiB before, then ${samples.join(', ')} MiB every ten seconds, ${mostMiB.toFixed(0)} at most`,
  )
  if (events.fast < sent) throw new Error(`the fast reader got ${events.fast} of ${sent}`)
  for (const one of [fast, slow, stuck]) one.destroy()
  return { beforeMiB, mostMiB }
}

/** @returns {Promise<import('node:http').IncomingMessage>} */
async function follow({ target }, query, onText) {
  const headers = { authorization: `Bearer ${target.token}` }
  const response = await new Promise((resolve, reject) =>
    get(`${target.adminUrl}/api/v1/events${query}`, { headers, agent: false }, resolve).on('error', reject),
  )
  // A chunk may end in the middle of an event.
  let rest = ''
  response.setEncoding('utf8').on('data', (chunk) => {
    const text = rest + chunk
    const end = text.lastIndexOf('\n\n') + 2
    rest = text.slice(Math.max(end, 0))
    if (end > 1) onText(text.slice(0, end), Date.now())
  })
  response.on('error', () => {})
  return response
}
