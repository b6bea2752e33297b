import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Bench, type Execution } from '../../../../test/support/builders.ts'
import {
  countExecutions,
  EXECUTION_STATUSES,
  type ExecutionFilter,
  type ExecutionKey,
  type ExecutionOrder,
  type ExecutionRow,
  type ExecutionStatus,
  listExecutions,
  PARAM_SOURCES,
  type ParamSource,
  type Tx,
  WAITS,
  type Wait,
} from '../../src/index.ts'

const DAY_MS = 86_400_000
const HANDLERS = ['echo', 'Echo-Daily', 'mail', 'report_x']
const QUEUES = ['default', 'slow']
const PRIORITIES = [0, 5, -7]
const MESSAGES = [
  null,
  'disk quota exceeded',
  'connect ECONNREFUSED 10.0.0.1',
  'Quota of mail reached, again',
]
const CRONS = ['nightly backup', 'Nightly REPORT', '100%_sure']
/** Few, so that many executions share one. */
const TIMES = Array.from({ length: 40 }, (_, n) => new Date(Date.UTC(2026, 7, 1) + n * 2.3 * DAY_MS))

let bench: Bench
let rows: Array<Execution & { cronName: string | null }>

/** A number that looks random and is the same each time. */
function randomOf(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

async function fill(count: number): Promise<void> {
  const random = randomOf(42)
  const one = <T>(values: readonly T[]) => values[random(values.length)]!
  const crons = await Promise.all(CRONS.map((name) => bench.aCron({ name })))
  const taken = new Set<string>()
  const now = Date.now()
  for (let n = 0; n < count; n++) {
    const status = one(EXECUTION_STATUSES)
    const cron = random(3) === 0 ? one(crons) : null
    const isAhead = (status === 'PENDING' || status === 'CANCELLED') && random(3) === 0
    const scheduledTime = isAhead ? new Date(now + random(30) * 5 * DAY_MS) : one(TIMES)
    const slot = `${cron?.id} ${+scheduledTime}`
    if (cron && taken.has(slot)) continue
    taken.add(slot)
    const waits = isAhead ? (['time'] as const) : cron ? [null, ...WAITS] : ([null, 'time'] as const)
    const waitingFor = status === 'PENDING' ? one<Wait | null>(waits) : null
    await bench.anExecution({
      status,
      scheduledTime,
      waitingFor,
      backfillLimit: waitingFor === 'backfill' ? 1 : null,
      jobId: cron?.id ?? null,
      handlerName: one(HANDLERS),
      queue: one(QUEUES),
      priority: one(PRIORITIES),
      paramSource: cron ? one(['cron', 'api'] as const) : one(PARAM_SOURCES),
      errorMessage: status === 'SUCCESS' ? null : one(MESSAGES),
    })
  }
  await bench.db.query(
    `INSERT INTO execution_totals (month, handler_name, queue, param_source, priority, status, count)
     SELECT date_trunc('month', scheduled_time, 'UTC'), handler_name, queue, param_source, priority, status, count(*)
     FROM job_executions WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6`,
  )
  const names = new Map(crons.map((cron) => [cron.id, cron.name]))
  rows = (await bench.executions()).map((row) => ({ ...row, cronName: names.get(row.jobId!) ?? null }))
}

/** Of a search. */
const MOST_COUNTED = 200
const inSnapshot = <T>(fn: (tx: Tx) => Promise<T>) =>
  bench.db.transactional({ label: 'list', readonly: true, snapshot: true }, fn)

/** What the filter means, said the slow way. */
function matches(row: Execution & { cronName: string | null }, filter: ExecutionFilter): boolean {
  const { q } = filter
  const contains = (name: string | null) => name?.toLowerCase().includes(q!.toLowerCase()) ?? false
  const words = (text: string): string[] => text.toLowerCase().match(/[a-z0-9.]+/g) ?? []
  const hasWords = () => {
    const [last, ...others] = words(q!).reverse()
    const message = words(row.errorMessage ?? '')
    return (
      last !== undefined &&
      (row.status === 'FAILED' || row.status === 'TIMEOUT') &&
      others.every((word) => message.includes(word)) &&
      message.some((word) => word.startsWith(last))
    )
  }
  return (
    (filter.jobId === undefined || row.jobId === filter.jobId) &&
    (!filter.statuses || filter.statuses.includes(row.status)) &&
    (filter.handlerName === undefined || row.handlerName === filter.handlerName) &&
    (filter.queue === undefined || row.queue === filter.queue) &&
    (!filter.paramSources || filter.paramSources.includes(row.paramSource)) &&
    (filter.priority === undefined || row.priority === filter.priority) &&
    (!filter.from || row.scheduledTime >= filter.from) &&
    (!filter.to || row.scheduledTime < filter.to) &&
    (q === undefined ||
      String(row.id) === q ||
      contains(row.handlerName) ||
      contains(row.cronName) ||
      hasWords())
  )
}

function expectedIds(filter: ExecutionFilter, order: ExecutionOrder, isDescending: boolean): number[] {
  const sign = isDescending ? -1 : 1
  const timeOf = (row: Execution) => (order === 'id' ? 0 : row.scheduledTime.getTime())
  return rows
    .filter((row) => matches(row, filter))
    .sort((a, b) => sign * (timeOf(a) - timeOf(b) || a.id - b.id))
    .map((row) => row.id)
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const filters: fc.Arbitrary<ExecutionFilter> = fc.record({
  jobId: maybe(fc.nat(4)),
  statuses: maybe(fc.uniqueArray(fc.constantFrom<ExecutionStatus>(...EXECUTION_STATUSES), { minLength: 1 })),
  handlerName: maybe(fc.constantFrom(...HANDLERS, 'nobody')),
  queue: maybe(fc.constantFrom(...QUEUES)),
  paramSources: maybe(fc.uniqueArray(fc.constantFrom<ParamSource>(...PARAM_SOURCES), { minLength: 1 })),
  priority: maybe(fc.constantFrom(...PRIORITIES)),
  from: maybe(fc.constantFrom(...TIMES)),
  to: maybe(fc.constantFrom(...TIMES)),
  q: maybe(
    fc.constantFrom(
      '7',
      '120',
      'ECHO',
      'night',
      '%_',
      'quota',
      'disk quota',
      'exceeded di',
      'econn',
      'zz',
      '!',
      '_x',
    ),
  ),
})
const pages = fc.record({
  order: fc.constantFrom<ExecutionOrder>('scheduled_time', 'scheduled_time', 'id'),
  isDescending: fc.boolean(),
  limit: fc.constantFrom(1, 3, 20, 200),
})

async function everyList(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(filters, pages, fc.nat(30), async (filter, page, offset) => {
      const expected = expectedIds(filter, page.order, page.isDescending)
      const seen: number[] = []
      let after: ExecutionKey | undefined
      // By cursor to the end, or through a dozen pages.
      for (let n = 0; n < 12; n++) {
        const { rows: found, next } = await inSnapshot((tx) =>
          listExecutions(tx, filter, { ...page, offset: 0, after }),
        )
        seen.push(...found!.map((row) => row.id))
        if (!next) {
          expect(seen).toEqual(expected)
          break
        }
        after = next
      }
      expect(seen).toEqual(expected.slice(0, seen.length))
      const { rows: middle } = await inSnapshot((tx) => listExecutions(tx, filter, { ...page, offset }))
      expect(middle!.map((row) => row.id)).toEqual(expected.slice(offset, offset + page.limit))
      expect(await inSnapshot((tx) => countExecutions(tx, filter))).toEqual(
        filter.q !== undefined && expected.length > MOST_COUNTED
          ? { count: MOST_COUNTED, isExact: false }
          : { count: expected.length, isExact: true },
      )
    }),
    { numRuns },
  )
}

describe('on five hundred executions of every kind', () => {
  beforeAll(async () => {
    bench = await Bench.open()
    await bench.db.query(`SELECT jobu_ensure_partitions('2026-07-31', '2026-11-30')`)
    await fill(500)
  })
  afterAll(() => bench.close())

  test(
    'pages of any filter and order are those of a plain filter and sort, and so is the count',
    () => everyList(120),
    300_000,
  )

  test('a row has its cron’s name and every column; without the payload params and result are null', async () => {
    const own = (row: ExecutionRow) => rows.find(({ id }) => id === row.id)
    const page = { order: 'id', isDescending: true, limit: 50, offset: 0 } as const
    const whole = (await inSnapshot((tx) => listExecutions(tx, {}, page))).rows!
    for (const row of whole) expect(row).toEqual(own(row))
    const narrow = (await inSnapshot((tx) => listExecutions(tx, {}, { ...page, withPayload: false }))).rows!
    for (const row of narrow) expect(row).toEqual({ ...own(row), params: null, result: null })
  })
})

describe('where every facet has the same hash', () => {
  beforeAll(async () => {
    bench = await Bench.open()
    const client = await bench.client()
    await client.query(`CREATE OR REPLACE FUNCTION jobu_facet(handler_name text, queue text, param_source param_source, priority smallint)
      RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1::bigint'`)
    await bench.db.query(`SELECT jobu_ensure_partitions('2026-07-31', '2026-11-30')`)
    await fill(300)
  })
  afterAll(() => bench.close())

  test('the columns decide', () => everyList(50), 300_000)
})

describe('where a filter hardly ever meets', () => {
  const BEGIN = new Date('2026-10-01T00:00:00Z')
  let cronId: number

  beforeAll(async () => {
    bench = await Bench.open()
    await bench.db.query(`SELECT jobu_ensure_partitions('2026-10-01', '2026-11-30')`)
    cronId = (await bench.aCron({ name: 'every minute' })).id
    await bench.db.query(
      `INSERT INTO job_executions (job_id, scheduled_time, run_at, status, finished_at, param_source, handler_name, error_message)
       SELECT $1, at, at, (CASE n WHEN 0 THEN 'SUCCESS' WHEN 30 THEN 'FAILED' ELSE 'SKIPPED' END)::execution_status, at, 'cron', 'echo',
         CASE n WHEN 30 THEN 'the needle' END
       FROM generate_series(0, 45000) AS n, LATERAL (SELECT $2::timestamptz + n * interval '1 minute' AS at) AS a`,
      [cronId, BEGIN],
    )
  })
  afterAll(() => bench.close())

  test('a call gives up after its budget and says where to go on; following it finds all there is', async () => {
    const filter: ExecutionFilter = { jobId: cronId, statuses: ['SUCCESS'] }
    const page = { order: 'scheduled_time', isDescending: true, limit: 5, offset: 0 } as const
    const first = await inSnapshot((tx) => listExecutions(tx, filter, page))
    expect(first.rows).toEqual([])
    expect(first.next!.scheduledTime > BEGIN).toBe(true)
    expect(await inSnapshot((tx) => countExecutions(tx, filter))).toEqual({ count: 0, isExact: false })
    let found = first
    for (let calls = 0; found.next; calls++) {
      expect(calls).toBeLessThan(5)
      const after = found.next
      found = await inSnapshot((tx) => listExecutions(tx, filter, { ...page, after }))
    }
    expect(found.rows!.map((row) => row.scheduledTime)).toEqual([BEGIN])
  })

  test('an unsuccessful status of a cron, and a word of its message, are found at once', async () => {
    const page = { order: 'scheduled_time', isDescending: true, limit: 5, offset: 0 } as const
    for (const filter of [{ jobId: cronId, statuses: ['FAILED'] }, { q: 'needle' }] as ExecutionFilter[]) {
      const { rows: found, next } = await inSnapshot((tx) => listExecutions(tx, filter, page))
      expect(found!.map((row) => row.errorMessage)).toEqual(['the needle'])
      expect(next).toBeNull()
    }
  })

  test('more than ten thousand are not sorted by id', async () => {
    const page = { order: 'id', isDescending: true, limit: 5, offset: 0 } as const
    const { rows: none } = await inSnapshot((tx) => listExecutions(tx, { statuses: ['SKIPPED'] }, page))
    expect(none).toBeNull()
    const all = await inSnapshot((tx) => listExecutions(tx, {}, page))
    expect(all.rows).toHaveLength(5)
  })
})
