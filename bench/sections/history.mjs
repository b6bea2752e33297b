import { CONTENDERS } from '../contenders/index.mjs'
import { alternate } from '../lib/bench.mjs'
import { measureDrain } from '../lib/drain.mjs'

const DATABASE = 'bench_history'
/** Rows a statement writes. */
const FILL_BATCH = 500_000
/** Four drains a round: more than this many rounds would be half of the whole run. */
const MOST_ROUNDS = 2

/**
 * The drain again, in a table that also holds many finished executions of the last four weeks; and in an empty one,
 * for the comparison.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { server, options, say } = bench
  const { jobs, historyRows } = options
  const rounds = Math.min(options.rounds, MOST_ROUNDS)
  const url = await bench.freshDatabase('jobu', DATABASE)
  const sql = await server.connect(DATABASE)
  for (let from = 0; from < historyRows; from += FILL_BATCH) {
    await sql.query(FILL, [from, Math.min(FILL_BATCH, historyRows - from)])
    say(`${Math.min(from + FILL_BATCH, historyRows).toLocaleString('en-US')} finished rows`)
  }
  await sql.query('VACUUM (ANALYZE, FREEZE) job_executions')
  await server.disconnect(sql)

  const drain = async (name, round) => {
    const [key, isBeside] = name.split(' ')
    const contender = CONTENDERS[key]
    const database = isBeside ? DATABASE : `bench_${key.toLowerCase()}`
    const target = isBeside ? url : await bench.freshDatabase(key, database)
    const found = await measureDrain(bench, { key, contender, url: target, database, jobs, workers: 1 })
    if (!isBeside) await server.drop(database)
    say(
      `round ${round + 1}: ${contender.name}${isBeside ? ' beside history' : ''}: ${Math.round(found.rate)}/s`,
    )
    return found.rate
  }
  const found = await alternate(['jobu', 'jobu beside', 'bareSql', 'bareSql beside'], rounds, drain)
  await server.drop(DATABASE)

  const rows = `${historyRows.toLocaleString('en-US')} finished rows`
  return [
    {
      what: `one worker process beside ${rows}`,
      unit: '/s',
      better: 'more',
      values: { jobu: found['jobu beside'], 'jobu without them': found.jobu },
      against: 'jobu without them',
      goal: { ratio: 0.9 },
    },
    {
      what: `one worker process beside bare SQL, both beside ${rows}`,
      unit: '/s',
      better: 'more',
      values: { jobu: found['jobu beside'], 'bare SQL': found['bareSql beside'] },
      against: 'bare SQL',
      goal: { ratio: 0.85 },
    },
    {
      what: `bare SQL beside ${rows}, and without them`,
      unit: '/s',
      better: 'more',
      values: { 'bare SQL': found['bareSql beside'], 'bare SQL without them': found.bareSql },
      isDetail: true,
    },
  ]
}

const FILL = `
INSERT INTO job_executions (scheduled_time, run_at, started_at, finished_at, created_at, status, param_source, attempt, worker_id,
  handler_name, params, result)
SELECT at, at, at, at, at, 'SUCCESS', 'api', 1, 'worker-of-old', 'bench', jsonb_build_object('n', i), '{"ok": true}'
FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS i,
LATERAL (SELECT now() - (i % 2419200) * interval '1 second') AS past (at)`
