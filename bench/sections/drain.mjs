import { CONTENDERS } from '../contenders/index.mjs'
import { alternate } from '../lib/bench.mjs'
import { measureDrain } from '../lib/drain.mjs'

export const title = 'drain'

/**
 * Executions drained per second: by one worker process, beside bare SQL on the same table, and by two.
 *
 * @param {import('../lib/bench.mjs').Bench} bench
 * @returns {Promise<import('../lib/bench.mjs').Measure[]>}
 */
export async function run(bench) {
  const { jobs, rounds } = bench.options
  const drain = (workers) => async (key, round) => {
    const contender = CONTENDERS[key]
    const database = `bench_${key.toLowerCase()}`
    const url = await bench.freshDatabase(key, database)
    const found = await measureDrain(bench, { key, contender, url, database, jobs, workers })
    await bench.server.drop(database)
    bench.say(
      `round ${round + 1}: ${contender.name}, ${workers} process(es): ${Math.round(found.rate)}/s` +
        (found.workerCpuUs === null
          ? ''
          : `, CPU us/execution: worker ${found.workerCpuUs.toFixed(1)}, database ${found.databaseCpuUs.toFixed(1)}`),
    )
    return found
  }
  const one = await alternate(['jobu', 'bareSql', 'graphileWorker', 'pgBoss'], rounds, drain(1))
  const two = await alternate(['jobu', 'graphileWorker', 'pgBoss'], rounds, drain(2))

  const pick = (found, field) =>
    Object.fromEntries(
      Object.entries(found).map(([key, runs]) => [CONTENDERS[key].name, runs.map((run) => run[field])]),
    )
  const { bareSql: bare, ...contenders } = one
  const detail = (what, unit, field, found = one) => ({
    what,
    unit,
    better: 'less',
    values: pick(found, field),
    isDetail: true,
  })
  return [
    {
      what: 'drained by one worker process',
      unit: '/s',
      better: 'more',
      values: pick(contenders, 'rate'),
      goal: { ratio: 1.3 },
    },
    {
      what: 'drained by two worker processes',
      unit: '/s',
      better: 'more',
      values: pick(two, 'rate'),
    },
    {
      what: 'one worker process beside bare SQL on the same table',
      unit: '/s',
      better: 'more',
      values: { jobu: pick(one, 'rate').jobu, 'bare SQL': pick({ bareSql: bare }, 'rate')['bare SQL'] },
      goal: { ratio: 0.85 },
      against: 'bare SQL',
    },
    detail('CPU of the worker process', 'us an execution', 'workerCpuUs'),
    detail('CPU of PostgreSQL', 'us an execution', 'databaseCpuUs'),
    detail('write-ahead log', 'bytes an execution', 'walBytes'),
    detail('row versions left dead', 'an execution', 'deadRows'),
  ]
}
