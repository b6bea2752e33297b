import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../../../test/support/until.ts'
import { FlakyProxy } from './support/FlakyProxy.ts'
import { WorkerBench } from './support/WorkerBench.ts'

let bench: WorkerBench
beforeAll(async () => {
  bench = await WorkerBench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

async function effects(): Promise<{ rows: number; executions: number }> {
  const { rows } = await bench.db.query<{ rows: number; executions: number }>(
    'SELECT count(*) AS rows, count(DISTINCT execution_id) AS executions FROM effects',
  )
  return rows[0]!
}

/** Everything that connects with the database but the test itself loses its connection. */
const killConnections = () =>
  bench.db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'worker-%'`,
  )

describe('a worker whose connections are killed again and again', () => {
  test('runs 300 executions, each with its effect exactly once, and is well afterwards', async () => {
    await bench.start({ pool_size: 10, claim_batch_size: 20, poll_interval_seconds: 0.5 })
    for (let kill = 1; kill <= 6; kill++) {
      await bench.enqueue(
        ...Array.from({ length: 50 }, () => ({
          handlerName: 'effective',
          params: { ms: 20 },
          maxRetry: 1_000,
          retryDelaySeconds: 0,
        })),
      )
      await until('some of them run', async () => {
        const { RUNNING = 0, SUCCESS = 0 } = await bench.counts()
        return RUNNING > 0 || SUCCESS === kill * 50
      })
      await killConnections()
      await pause(200)
    }
    await bench.untilAll('SUCCESS', 300, 240_000)
    expect(await effects()).toEqual({ rows: 300, executions: 300 })
    expect((await bench.run({ handlerName: 'effective' })).attempt).toBe(1)
    // No lease was lost by it: whatever an attempt met was its own connection.
    const { rows } = await bench.db.query(`SELECT DISTINCT reason FROM execution_attempts`)
    expect(rows.map(({ reason }) => reason)).not.toContain('WORKER_LOST')
  }, 300_000)

  test('keeps handlers that do not need the database, and settles each once', async () => {
    const gate = bench.aGate()
    await bench.start({ pool_size: 50 })
    const ids = await bench.enqueue(
      ...Array.from({ length: 50 }, () => ({ handlerName: 'gated', params: { gate } })),
    )
    await bench.notesOnce(50)
    bench.openGate(gate)
    for (let kill = 0; kill < 10; kill++) {
      await killConnections()
      await pause(20)
    }
    await bench.untilAll('SUCCESS', 50)
    for (const id of ids) expect(await bench.attempts(id)).toEqual([])
  })
})

describe('a database that is away', () => {
  test('is survived: what runs is kept and settled once it is back, and new work is taken', async () => {
    const gate = bench.aGate()
    const proxy = await FlakyProxy.open(bench.bench.url)
    try {
      await bench.start({ pool_size: 5, poll_interval_seconds: 0.5 }, { url: proxy.url })
      const running = await bench.enqueue(
        ...Array.from({ length: 3 }, () => ({ handlerName: 'gated', params: { gate } })),
      )
      await bench.notesOnce(3)
      proxy.refuse(true)
      bench.openGate(gate)
      const later = await bench.enqueue(...Array.from({ length: 20 }, () => ({ handlerName: 'echo' })))
      await until('the outage is noticed', () =>
        bench.logged.find((line) => line.message === 'database is away'),
      )
      await pause(1_000)
      expect((await bench.counts()).SUCCESS).toBe(undefined)
      proxy.refuse(false)
      for (const id of [...running, ...later])
        expect(await bench.final(id)).toMatchObject({ status: 'SUCCESS', attempt: 1 })
      // Said once, not at every try.
      const said = bench.logged.filter((line) => line.level === 'error').map((line) => line.message)
      expect(said.filter((message) => message === 'database is away')).toHaveLength(1)
      expect(
        said.filter((message) => message === 'outcomes could not be written yet').length,
      ).toBeLessThanOrEqual(2)
      expect(bench.logged).toContainEqual(expect.objectContaining({ message: 'database is back' }))
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })
})

describe('an answer that is lost', () => {
  /** Cuts the first request that `isMeant` holds of, once the server has done it. */
  async function cutting(isMeant: (message: Buffer) => boolean) {
    const proxy = await FlakyProxy.open(bench.bench.url)
    let cuts = 0
    proxy.onRequest = (name, message) => {
      const isCut = cuts === 0 && !/heartbeat|listen|handlers/.test(name) && isMeant(message)
      if (isCut) cuts++
      return isCut ? 'cut' : 'pass'
    }
    return { proxy, cuts: () => cuts }
  }

  test('of a claim: what it took is given back at once, and costs no retry', async () => {
    const ids = await bench.enqueue(...Array.from({ length: 5 }, () => ({ handlerName: 'noting' })))
    // The parameters of the claim, not its preparation: this one takes the five.
    const { proxy, cuts } = await cutting(
      (message) => message.includes('claimExecutions') && message.includes('noting'),
    )
    try {
      await bench.start({}, { url: proxy.url })
      for (const id of ids) {
        expect(await bench.final(id)).toMatchObject({ status: 'SUCCESS', attempt: 2, retryCount: 0 })
        expect(await bench.attempts(id)).toEqual([])
      }
      expect(cuts()).toBe(1)
      expect(await bench.notes()).toHaveLength(5)
      expect(bench.logged).toContainEqual(
        expect.objectContaining({ message: 'claims without an answer given back', executions: 5 }),
      )
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })

  test.each([
    ['a completion', 'completeExecutions', { handlerName: 'noting' }, { status: 'SUCCESS', attempt: 1 }],
    [
      'a failure',
      'failExecutions',
      { handlerName: 'sleep', params: { seconds: 0, fail: 'by design' } },
      { status: 'FAILED', attempt: 1 },
    ],
  ])('of %s: it is written once', async (_, statement, job, expected) => {
    const { proxy, cuts } = await cutting(
      // With an id as parameter: a statement that is only warmed up has none.
      (message) => message.includes(statement) && /\{\d+\}/.test(message.toString('latin1')),
    )
    try {
      await bench.start({}, { url: proxy.url })
      const row = await bench.run(job)
      await bench.run({ handlerName: 'echo' })
      expect(cuts()).toBe(1)
      expect(await bench.execution(row.id)).toMatchObject(expected)
      const { rows } = await bench.db.query<{ count: number }>(
        'SELECT sum(count)::integer AS count FROM execution_stat_deltas WHERE handler_name = $1',
        [job.handlerName],
      )
      expect(rows[0]!.count).toBe(1)
    } finally {
      await bench.clear()
      await proxy.close()
    }
  })
})
