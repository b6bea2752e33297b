import { parseArgs } from 'node:util'

/** Sections in the order they run. */
export const SECTIONS = [
  'drain',
  'workflows',
  'history',
  'enqueue',
  'crons',
  'latency',
  'events',
  'memory',
  'pinned',
  'lists',
  'web',
]

export const USAGE = `npm run bench [-- options]
  --rounds N     rounds of the repeated sections (default 3)
  --jobs N       jobs of a drain (default 60000)
  --history N    finished rows beside the drain of section "history" (default 1000000)
  --lists N      executions beside which the lists of sections "lists" and "web" are read (default 10000000)
  --full         ten million finished rows
  --only A,B     only these sections: ${SECTIONS.join(', ')}
  --quick        small sizes and one round, to see that everything works
  --no-build     measure what is compiled already
  --write        write docs/performance.md also after --only or --quick`

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {number} jobs           of a drain
 * @property {number} historyRows    finished rows beside a drain
 * @property {number} bulkJobs       of a bulk enqueue
 * @property {number[]} cronCounts   due at one instant
 * @property {number} peerCrons
 * @property {number} peerCronSeconds  how long a peer's crons are waited for
 * @property {number} latencyJobs    enqueued one by one
 * @property {number} slotSeconds    of crons that fire each second
 * @property {number} floodSeconds   of changes to readers of /events
 * @property {number} idleSeconds    before memory is read
 * @property {number} steadySeconds  of load with a transaction left open, and without
 * @property {number} steadyRate     jobs a second of that load
 * @property {number} listRows       executions beside which lists are read
 * @property {number} requests       of each list
 * @property {string[]} sections
 * @property {boolean} isBuilt       whether jobu is installed and compiled first
 * @property {boolean} isWritten     whether docs/performance.md gets the tables
 */

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      jobs: { type: 'string' },
      history: { type: 'string' },
      lists: { type: 'string' },
      full: { type: 'boolean', default: false },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) throw new Error(USAGE)
  const number = (text, fallback) => {
    if (text === undefined) return fallback
    if (!/^[1-9]\d*$/.test(text)) throw new Error(`"${text}" is not a positive number\n${USAGE}`)
    return Number(text)
  }
  const sections = values.only?.split(',') ?? SECTIONS
  const unknown = sections.filter((name) => !SECTIONS.includes(name))
  if (unknown.length > 0) throw new Error(`there is no section "${unknown.join('", "')}"\n${USAGE}`)
  const { quick } = values
  return {
    rounds: number(values.rounds, quick ? 1 : 3),
    jobs: number(values.jobs, quick ? 10_000 : 60_000),
    historyRows: number(values.history, values.full ? 10_000_000 : quick ? 50_000 : 1_000_000),
    bulkJobs: quick ? 20_000 : 100_000,
    cronCounts: quick ? [2_000, 10_000] : [10_000, 100_000],
    peerCrons: quick ? 500 : 10_000,
    peerCronSeconds: quick ? 15 : 60,
    latencyJobs: quick ? 50 : 200,
    slotSeconds: quick ? 8 : 30,
    floodSeconds: quick ? 10 : 60,
    idleSeconds: quick ? 5 : 30,
    steadySeconds: quick ? 10 : 45,
    steadyRate: quick ? 1_000 : 2_000,
    listRows: number(values.lists, quick ? 200_000 : 10_000_000),
    requests: quick ? 30 : 500,
    sections: SECTIONS.filter((name) => sections.includes(name)),
    isBuilt: !values['no-build'],
    isWritten: values.write || (!quick && values.only === undefined),
  }
}
