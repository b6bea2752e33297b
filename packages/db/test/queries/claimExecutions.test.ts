import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo, secondsAhead } from '../../../../test/support/builders.ts'
import {
  type ClaimOptions,
  type ClaimRange,
  claimExecutions,
  Database,
  getExecution,
  readyQueues,
} from '../../src/index.ts'

/** Long beside what a statement takes, also on a machine that stands still for seconds. */
const LEASE_MS = 600_000

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => bench.clear())
afterAll(() => bench.close())

const everything = (queue = 'default'): ClaimRange => ({
  queue,
  highestPriority: 32_767,
  lowestPriority: -32_768,
  readyFrom: null,
})

const claim = (options: Partial<ClaimOptions> = {}) =>
  claimExecutions(bench.db, {
    workerId: 'worker-1',
    leaseMs: 30_000,
    limit: 100,
    ranges: [everything()],
    handlers: ['echo'],
    scheduledFrom: null,
    ...options,
  })

const idsOf = (rows: Array<{ id: number }>) => rows.map(({ id }) => id)

describe('claimExecutions', () => {
  test('takes the highest priority first, then the longest ready, then the smallest id', async () => {
    const readyAt = secondsAgo(10)
    const sameTime = await bench.anExecution({ readyAt })
    const sameTimeToo = await bench.anExecution({ readyAt })
    const older = await bench.anExecution({ readyAt: secondsAgo(20), scheduledTime: secondsAgo(1) })
    const urgent = await bench.anExecution({ priority: 5, readyAt: secondsAgo(1) })
    const patient = await bench.anExecution({ priority: -5, readyAt: secondsAgo(100) })
    const taken: number[] = []
    for (let i = 0; i < 5; i++) taken.push(...idsOf(await claim({ limit: 1 })))
    expect(taken).toEqual(idsOf([urgent, older, sameTime, sameTimeToo, patient]))
  })

  test('makes them RUNNING under a lease, with a fencing token one higher, and says what a worker needs', async () => {
    const cron = await bench.aCron({ name: 'nightly' })
    const before = await bench.anExecution({
      jobId: cron.id,
      params: { n: 1 },
      attempt: 3,
      retryCount: 2,
      maxRetry: 4,
      retryBackoff: 'fixed',
      retryDelaySeconds: 7,
      timeoutSeconds: 60,
      priority: 2,
      progressPercentage: 40,
      currentStep: 'half',
    })
    const [claimed] = await claim({ leaseMs: LEASE_MS })
    expect(claimed).toEqual({
      id: before.id,
      scheduledTime: before.scheduledTime,
      attempt: 4,
      jobId: cron.id,
      cronName: 'nightly',
      handlerName: 'echo',
      params: { n: 1 },
      paramSource: 'cron',
      queue: 'default',
      priority: 2,
      retryCount: 2,
      maxRetry: 4,
      retryDelaySeconds: 7,
      retryBackoff: 'fixed',
      timeoutSeconds: 60,
      readyAt: before.readyAt,
      latenessMs: expect.any(Number),
      isBackfill: false,
      taskRunId: null,
    })
    const row = await getExecution(bench.db, before.id)
    expect(row).toMatchObject({
      status: 'RUNNING',
      attempt: 4,
      workerId: 'worker-1',
      readyAt: null,
      finishedAt: null,
      progressPercentage: null,
      currentStep: null,
    })
    // Both by the server's clock, and in one statement.
    const leaseMs = row.leaseExpiresAt!.getTime() - row.startedAt!.getTime()
    expect(Math.abs(leaseMs - LEASE_MS)).toBeLessThan(LEASE_MS / 10)
  })

  test('takes only from the queues and for the handlers given', async () => {
    const mine = await bench.anExecution()
    const other = await bench.anExecution({ queue: 'reports' })
    await bench.anExecution({ queue: 'elsewhere' })
    await bench.anExecution({ handlerName: 'unknown' })
    expect(idsOf(await claim())).toEqual([mine.id])
    expect(idsOf(await claim({ ranges: [everything(), everything('reports')] }))).toEqual([other.id])
    expect(await claim({ ranges: [] })).toEqual([])
    expect(await claim({ handlers: [], ranges: [everything('elsewhere')] })).toEqual([])
  })

  test('never takes what is in the future, backs off, waits for an overlap, runs or has ended', async () => {
    await bench.anExecution({ scheduledTime: secondsAhead(3_600), waitingFor: 'time' })
    await bench.anExecution({ runAt: secondsAhead(3_600), waitingFor: 'time', attempt: 1, retryCount: 1 })
    await bench.anExecution({ runAt: secondsAgo(1), waitingFor: 'time' })
    await bench.anExecution({ waitingFor: 'overlap' })
    for (const status of ['RUNNING', 'SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED'] as const) {
      await bench.anExecution({ status })
    }
    expect(await claim()).toEqual([])
  })

  test('keeps to each range: priorities, since when ready, and their order until the limit is reached', async () => {
    const high = await bench.anExecution({ priority: 10, readyAt: secondsAgo(5) })
    const old = await bench.anExecution({ priority: 0, readyAt: secondsAgo(100) })
    const recent = await bench.anExecution({ priority: 0, readyAt: secondsAgo(5) })
    const low = await bench.anExecution({ priority: -1, readyAt: secondsAgo(200) })
    const reports = await bench.anExecution({ queue: 'reports', priority: 50 })
    const fromPosition: ClaimRange[] = [
      { queue: 'default', highestPriority: 32_767, lowestPriority: 1, readyFrom: null },
      { queue: 'default', highestPriority: 0, lowestPriority: 0, readyFrom: secondsAgo(50) },
      { queue: 'default', highestPriority: -1, lowestPriority: -32_768, readyFrom: null },
      everything('reports'),
    ]
    expect(idsOf(await claim({ ranges: fromPosition, limit: 3 })).sort()).toEqual(
      idsOf([high, recent, low]).sort(),
    )
    expect(idsOf(await claim({ ranges: fromPosition }))).toEqual([reports.id])
    expect(idsOf(await claim({ ranges: [everything()] }))).toEqual([old.id])
  })

  test('a row exactly at readyFrom is in the range', async () => {
    const readyFrom = secondsAgo(50)
    const row = await bench.anExecution({ readyAt: readyFrom })
    expect(idsOf(await claim({ ranges: [{ ...everything(), readyFrom }] }))).toEqual([row.id])
  })

  test('scheduledFrom passes over what was scheduled earlier', async () => {
    const old = await bench.anExecution({ scheduledTime: secondsAgo(86_400) })
    const recent = await bench.anExecution({ scheduledTime: secondsAgo(60) })
    expect(idsOf(await claim({ scheduledFrom: secondsAgo(3_600) }))).toEqual([recent.id])
    expect(idsOf(await claim())).toEqual([old.id])
  })

  test('ten workers claiming at once share twenty due executions without overlap', async () => {
    for (let i = 0; i < 20; i++) await bench.anExecution({ priority: i % 3 })
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, worker) => claim({ workerId: `worker-${worker}`, limit: 4 })),
    )
    let taken = claims.flat()
    // A claim passes over what another one holds at that instant, so some rows may be left for the next round.
    taken = [...taken, ...(await claim({ workerId: 'worker-0' }))]
    expect(taken).toHaveLength(20)
    expect(new Set(idsOf(taken)).size).toBe(20)
    expect(claims.every((one) => one.length <= 4)).toBe(true)
    expect(taken.every((one) => one.attempt === 1)).toBe(true)
  })

  test('a row that an uncommitted claim holds is passed over, not waited for', async () => {
    const held = await bench.anExecution({ priority: 9 })
    const free = await bench.anExecution()
    const other = await bench.client()
    await other.query('BEGIN')
    await other.query('SELECT FROM job_executions WHERE id = $1 FOR UPDATE', [held.id])
    expect(idsOf(await claim())).toEqual([free.id])
    await other.query('ROLLBACK')
    expect(idsOf(await claim())).toEqual([held.id])
  })

  test('beside 50,000 ready and 50,000 future rows its plan walks the ready index of past months, and sorts nothing', async () => {
    // As a worker has it: engine settings, and a plan made while everything was empty must be as good as any.
    const db = new Database({ url: bench.url }, { engine: true, maxConnections: 1 })
    expectGoodPlan(await planOfClaim(db), 0)
    await bench.db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, ready_at, param_source, handler_name, priority)
       SELECT t, t, now(), 'api', 'echo', n % 5
       FROM generate_series(1, 50000) n, LATERAL (SELECT now() - n * interval '1 second' AS t) s`,
    )
    await bench.db.query(
      `INSERT INTO job_executions (scheduled_time, run_at, waiting_for, param_source, handler_name)
       SELECT t, t, 'time', 'api', 'echo'
       FROM generate_series(1, 50000) n, LATERAL (SELECT now() + n * interval '10 minutes' AS t) s`,
    )
    expectGoodPlan(await planOfClaim(db), 100)
    await db.query('ANALYZE job_executions')
    expectGoodPlan(await planOfClaim(db), 100)
    await db.close()
  })
})

function expectGoodPlan(plan: Node, claimed: number): void {
  const nodes = flatten(plan)
  expect(nodes.map((node) => node['Node Type']).filter((type) => /Sort$/.test(String(type)))).toEqual([])
  const scans = nodes.filter(
    (node) => /Scan$/.test(String(node['Node Type'])) && /^job_exec/.test(String(node['Relation Name'])),
  )
  const ready = scans.filter((node) => String(node['Index Name']).includes('queue_priority_ready_at'))
  expect(ready.length).toBeGreaterThan(0)
  const now = new Date(Date.now() + 1_000).toISOString().slice(0, 7)
  expect(ready.map(monthOf).filter((month) => month > now)).toEqual([])
  // However large the backlog, a claim of 100 touches 100 rows, give or take.
  const touched = ready.reduce(
    (sum, node) => sum + Number(node['Actual Rows']) * Number(node['Actual Loops']),
    0,
  )
  expect(touched).toBeGreaterThanOrEqual(claimed)
  expect(touched).toBeLessThan(claimed + 10)
  // Each row taken is found again by its place or by its whole key.
  for (const scan of scans.filter((node) => !ready.includes(node))) {
    expect(scan['TID Cond'] ?? scan['Index Cond']).toMatch(
      /ctid|\(id = (picked\.id|\(InitPlan \d+\)\.col1)\)/,
    )
  }
}

type Node = Record<string, unknown> & { Plans?: Node[] }

/** The plan of the statement that `claimExecutions` prepares, run and rolled back. */
async function planOfClaim(db: Database): Promise<Node> {
  let plan: Node = {}
  const rollback = new Error('rollback')
  await db
    .transactional({ label: 'explain' }, async (tx) => {
      const spy = {
        ...tx,
        query: async (query: { text: string; values: unknown[] }) => {
          const explained = { text: `EXPLAIN (ANALYZE, FORMAT JSON) ${query.text}`, values: query.values }
          const { rows } = await tx.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(explained)
          plan = rows[0]!['QUERY PLAN'][0].Plan
          return { rows: [], rowCount: 0 }
        },
      }
      await claimExecutions(spy as unknown as typeof tx, {
        workerId: 'worker-1',
        leaseMs: 1_000,
        limit: 100,
        ranges: [everything(), everything('other')],
        handlers: ['echo', 'http'],
        scheduledFrom: null,
      })
      throw rollback
    })
    .catch((error) => {
      if (error !== rollback) throw error
    })
  return plan
}

const flatten = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flatten)]
const monthOf = (scan: Node) => /_p(\d{4}_\d{2})/.exec(String(scan['Relation Name']))![1]!.replace('_', '-')

describe('readyQueues', () => {
  test('names each queue with claimable executions once', async () => {
    for (const queue of ['b', 'a', 'b', 'c']) await bench.anExecution({ queue })
    await bench.anExecution({ queue: 'later', waitingFor: 'time', runAt: secondsAhead(60) })
    await bench.anExecution({ queue: 'done', status: 'SUCCESS' })
    expect(await readyQueues(bench.db)).toEqual(['a', 'b', 'c'])
    await bench.clear()
    expect(await readyQueues(bench.db)).toEqual([])
  })
})
