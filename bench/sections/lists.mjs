import { startAdmin } from '../lib/admin.mjs'
import { measureEndpoints, openClient } from '../lib/endpoints.mjs'
import { ExplainingConnection, readBy } from '../lib/explain.mjs'
import { COMMON, fillExecutions, RARE } from '../lib/fillExecutions.mjs'

const DATABASE = 'bench_lists'
const DB = '../../packages/db/dist/index.js'
const LIST = '../../apps/admin/dist/services/listJobs.js'
const SCHEMA = '../../apps/admin/dist/schemas/job.js'
/** Entries a page may read of the executions: those counted beside it, ten thousand at most, and a few of each lane. */
const MOST_READ = 15_000

const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString()

/** What is asked of `GET /jobs`: every filter with a value that most executions have and one that hardly any has. */
const LISTS = [
  ['first page', ''],
  ['by id', 'order_by=-id'],
  ['200 items', 'size=200'],
  ['oldest first', 'order_by=scheduled_time'],
  ['status SUCCESS', 'status=SUCCESS'],
  ['status PENDING', 'status=PENDING'],
  ['status FAILED', 'status=FAILED'],
  ['status CANCELLED', 'status=CANCELLED'],
  ['status RUNNING', 'status=RUNNING'],
  ['two statuses', 'status=FAILED,TIMEOUT'],
  ['common handler', `handler_name=${COMMON.handler}`],
  ['rare handler', `handler_name=${RARE.handler}`],
  ['common queue', `queue=${COMMON.queue}`],
  ['rare queue', `queue=${RARE.queue}`],
  ['common source', `param_source=${COMMON.source}`],
  ['rare source', `param_source=${RARE.source}`],
  ['common priority', `priority=${COMMON.priority}`],
  ['rare priority', `priority=${RARE.priority}`],
  ['busy cron', `cron_id=${COMMON.cron}`],
  ['rare cron', `cron_id=${RARE.cron}`],
  ['last day', `from_date=${daysAgo(1)}`],
  ['before a month ago', `to_date=${daysAgo(30)}`],
  ['one minute', `from_date=${daysAgo(40)}&to_date=${daysAgo(40 - 1 / 1440)}`],
  ['handler and FAILED', `handler_name=${COMMON.handler}&status=FAILED`],
  ['busy cron and FAILED', `cron_id=${COMMON.cron}&status=FAILED`],
  ['search, an id', 'q=4000000'],
  ['search, a handler', 'q=ANDLER-3'],
  ['search, a cron', 'q=cron+77'],
  ['search, common words', 'q=econnrefused+upstream'],
  ['search, rare words', 'q=disk+quota'],
  ['search, nothing', 'q=zzzzzz'],
]

/** What else must not feel how many executions there are. */
const OTHERS = [
  '/scheduler/status',
  '/stats/summary',
  '/stats/throughput',
  '/stats/minutes',
  '/queues',
  '/stats/durations',
  '/stats/lateness',
  '/stats/daily',
  '/stats/handlers',
  '/stats/crons',
]

/**
 * Lists of executions over HTTP, beside ten million of them; and what each reads, by EXPLAIN.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { server, options, say } = bench
  const url = await bench.freshDatabase('jobu', DATABASE)
  const sql = await server.connect(DATABASE)
  await fillExecutions(sql, options.listRows, say)
  const { rows } = await sql.query('SELECT count(*)::integer AS count FROM execution_facets')
  say(`${rows[0].count} facets`)
  await server.disconnect(sql)
  await server.settle()

  const beside = `${options.listRows.toLocaleString('en-US')} executions`
  const lists = LISTS.map(([name, query]) => ({ name: `GET /jobs, ${name}`, query }))
  const admin = await startAdmin(bench, url)
  const deep = await hundredthPage(admin.target)
  lists.push({ name: 'GET /jobs, hundredth page by cursor', query: `cursor=${deep}` })
  const measures = await measureEndpoints(bench, admin.target, [
    ...lists.map(({ name, query }) => ({ name: `${name}, ${beside}`, path: `/jobs?${query}` })),
    ...OTHERS.map((path) => ({ name: `GET ${path}, ${beside}`, path })),
  ])
  await admin.stop()
  const read = await explain(url, lists, say)
  await server.drop(DATABASE)
  return [...measures, ...read]
}

async function hundredthPage(target) {
  const client = openClient(target)
  let cursor = ''
  for (let page = 1; page < 100; page++) {
    cursor = (await client.get(`/jobs${cursor && `?cursor=${cursor}`}`)).next_cursor
  }
  client.close()
  return cursor
}

/** Carries out each list's statements under EXPLAIN. @throws where one scans the table or reads too much of it */
async function explain(url, lists, say) {
  const { Database } = await import(DB)
  const { listJobs } = await import(LIST)
  const { listJobsQuery } = await import(SCHEMA)
  const database = new Database({ url }, { engine: true, maxConnections: 1 })
  const measures = []
  try {
    for (const { name, query } of lists) {
      const parsed = listJobsQuery.parse(Object.fromEntries(new URLSearchParams(query)))
      const read = await database.transactional({ label: 'explain', snapshot: true }, async (tx) => {
        const connection = new ExplainingConnection(tx)
        await listJobs(connection, parsed)
        return readBy(connection.explained)
      })
      say(`${name}: ${read.rows} entries of executions read, ${read.pages} pages`)
      if (read.scans.length > 0) throw new Error(`${name} scans ${read.scans.join(', ')}`)
      if (read.rows > MOST_READ) throw new Error(`${name} reads ${read.rows} entries`)
      measures.push({
        what: `${name}: index entries and rows of executions read`,
        unit: '',
        better: 'less',
        values: { jobu: [read.rows] },
        goal: { most: MOST_READ },
        isDetail: true,
      })
    }
  } finally {
    await database.close()
  }
  return measures
}
