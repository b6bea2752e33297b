import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench, secondsAgo, secondsAhead } from '../../../test/support/builders.ts'
import {
  createCron,
  listCronRevisions,
  pauseFailingCrons,
  pruneHistory,
  setNextRuns,
  updateCron,
  writeSlots,
} from '../src/index.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterAll(() => bench.close())
afterEach(() => bench.clear())

const revisions = (jobId: number) => listCronRevisions(bench.db, jobId, new Date(0))
const NEVER = new Date(0)

describe('the history of a cron', () => {
  test('begins with its creation, one by one or many in one statement', async () => {
    const cron = await createCron(bench.db, {
      name: 'a',
      cronExpression: '0 9 * * *',
      timezone: 'Asia/Seoul',
      handlerName: 'echo',
      nextRunAt: secondsAhead(60),
    })
    expect(await revisions(cron.id)).toMatchObject([
      {
        cronExpression: '0 9 * * *',
        timezone: 'Asia/Seoul',
        dayMatch: 'or',
        isEnabled: true,
        nextRunAt: cron.nextRunAt,
        replacedNextRunAt: null,
      },
    ])
    await bench.db.query(
      `INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name) SELECT 'many ' || n, '* * * * *', 'UTC', 'echo' FROM generate_series(1, 50) n`,
    )
    const { rows } = await bench.db.query('SELECT count(*)::integer AS count FROM cron_revisions')
    expect(rows).toEqual([{ count: 51 }])
  })

  test.each([
    ['cron_expression', `'5 * * * *'`],
    ['timezone', `'Asia/Seoul'`],
    ['day_match', `'and'`],
    ['is_enabled', 'false'],
    ['start_at', 'now()'],
    ['end_at', 'now()'],
  ])('keeps an edit of %s by plain SQL, and how far the cron had come', async (column, value) => {
    const cron = await bench.aCron({ nextRunAt: secondsAhead(30) })
    await bench.db.query(`UPDATE cron_jobs SET ${column} = ${value} WHERE id = $1`, [cron.id])
    const kept = await revisions(cron.id)
    expect(kept).toHaveLength(2)
    expect(kept[1]).toMatchObject({ replacedNextRunAt: cron.nextRunAt, replacedCompletedAt: null })
  })

  test('says nothing of a fire, nor of an edit that decides no instant', async () => {
    const cron = await bench.aCron({ nextRunAt: secondsAgo(1) })
    const advance = { jobId: cron.id, nextRunAt: secondsAhead(59), fired: 1, disabledReason: null }
    const slot = {
      jobId: cron.id,
      slot: cron.nextRunAt!,
      runAt: cron.nextRunAt!,
      waitingFor: null,
      skipped: null,
    }
    await writeSlots(bench.db, [slot], [advance])
    await updateCron(bench.db, cron.id, { description: 'x', priority: 4 })
    expect(await revisions(cron.id)).toHaveLength(1)
  })

  test('keeps a plan made anew, by the dispatcher for a row of SQL and for new zone data', async () => {
    const cron = await bench.aCron({ nextRunAt: null })
    await updateCron(bench.db, cron.id, { nextRunAt: secondsAhead(30) })
    const later = secondsAhead(90)
    await setNextRuns(bench.db, [{ id: cron.id, nextRunAt: later }])
    expect((await revisions(cron.id)).map((one) => one.nextRunAt)).toEqual([null, expect.any(Date), later])
  })

  test('keeps the slot at which the system disabled a cron', async () => {
    const due = secondsAgo(1)
    const cron = await bench.aCron({ nextRunAt: due })
    await writeSlots(
      bench.db,
      [],
      [{ jobId: cron.id, nextRunAt: null, fired: 0, disabledReason: 'unreadable' }],
    )
    expect((await revisions(cron.id))[1]).toMatchObject({ isEnabled: false, replacedNextRunAt: due })

    const failing = await bench.aCron({ pauseAfterFailures: 1, enabledAt: secondsAgo(60), nextRunAt: due })
    await bench.anExecution({ jobId: failing.id, status: 'FAILED' })
    await pauseFailingCrons(bench.db, [failing.id])
    expect((await revisions(failing.id))[1]).toMatchObject({ isEnabled: false, replacedNextRunAt: due })
  })

  test('is kept back to where retention begins, and the revision valid then with it', async () => {
    const cron = await bench.aCron()
    for (const expression of ['1 * * * *', '2 * * * *', '3 * * * *']) {
      await bench.db.query('UPDATE cron_jobs SET cron_expression = $2 WHERE id = $1', [cron.id, expression])
    }
    const [, second, third] = await revisions(cron.id)
    await bench.db.query(`UPDATE cron_revisions SET valid_from = now() - interval '20 days' WHERE id < $1`, [
      third!.id,
    ])
    await pruneHistory(bench.db, 10)
    expect((await revisions(cron.id)).map((one) => one.id)).toEqual([second!.id, third!.id, third!.id + 1])
    // From the revision on that was valid then.
    expect((await listCronRevisions(bench.db, cron.id, secondsAgo(3_600))).map((one) => one.id)[0]).toBe(
      second!.id,
    )
    expect(await listCronRevisions(bench.db, cron.id, NEVER)).toHaveLength(3)
  })
})
