import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../../test/support/testDatabase.ts'
import { cumulativeStats, Database, FINAL_STATUSES, foldStats, measureSeries, migrate } from '../src/index.ts'

const MIGRATIONS = fileURLToPath(new URL('../migrations/', import.meta.url))
const HOUR = new Date('2026-05-01T10:00:00Z')

let template: TestDatabase
let folder: string
beforeAll(async () => {
  template = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'jobu-migrations-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await template.drop()
})

test('statistics and executions of the release before count in every roll-up, and what was not folded once', async () => {
  const url = new URL(template.url)
  url.pathname += '_before'
  const admin = new pg.Client({ connectionString: template.url })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${url.pathname.slice(1)} TEMPLATE template0`)
  await cp(MIGRATIONS, folder, { recursive: true })
  const journalPath = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(await readFile(journalPath, 'utf8'))
  await writeFile(journalPath, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }))
  expect(await migrate(url.href, folder)).toEqual(['0000_engine'])

  const database = new Database({ url: url.href }, { engine: true })
  await database.query(
    `INSERT INTO execution_stats VALUES
       ($1, 0, 3, 31, 20, 9, 9, 'SUCCESS', 'echo', jobu_histogram_of('{1,10,20}'), jobu_histogram_of('{0,0,9}')),
       ($1, 7, 1, 5000, 5000, 1, 1, 'TIMEOUT', 'http', jobu_histogram_of('{5000}'), jobu_histogram_of('{1}')),
       ($1, 7, 2, 0, 0, 0, 0, 'SKIPPED', 'http', '{}', '{}')`,
    [HOUR],
  )
  const settled = `INSERT INTO job_executions (job_id, scheduled_time, run_at, status, finished_at, param_source, handler_name, queue, priority)`
  await database.query(
    `${settled} SELECT n, now(), now(), 'SUCCESS', now(), 'cron', 'echo', 'slow', 3 FROM generate_series(1, 4) n`,
  )
  await database.query(
    `INSERT INTO execution_stat_deltas (settled_at, count, status, handler_name, durations_ms, lateness_ms)
     VALUES ($1, 1, 'SUCCESS', 'echo', '{40}', '{0}')`,
    [HOUR],
  )
  await migrate(url.href)

  await foldStats(database, 100)
  const { rows: totals } = await database.query(
    'SELECT handler_name, queue, param_source, priority, status, count FROM execution_totals',
  )
  expect(totals).toEqual([
    { handler_name: 'echo', queue: 'slow', param_source: 'cron', priority: 3, status: 'SUCCESS', count: 4 },
  ])
  expect(await cumulativeStats(database)).toMatchObject({ SUCCESS: 4, TIMEOUT: 1, SKIPPED: 2 })
  const bounds = [HOUR, new Date(HOUR.getTime() + 3_600_000)]
  const all = await measureSeries(database, 'duration', { statuses: FINAL_STATUSES }, bounds)
  expect(all).toMatchObject([{ place: 0, sumMs: 5_071, maxMs: 5_000, histogram: { count: 5 } }])
  expect(all[0]!.histogram.percentile(0.2)).toBe(1)
  const cron = await measureSeries(database, 'lateness', { jobId: 7, statuses: FINAL_STATUSES }, bounds)
  expect(cron).toMatchObject([{ sumMs: 1, histogram: { count: 1 } }])
  const { rows: failures } = await database.query('SELECT job_id, count FROM execution_failures_hourly')
  expect(failures).toEqual([{ job_id: 7, count: 1 }])

  await database.close()
  await admin.query(`DROP DATABASE ${url.pathname.slice(1)}`)
  await admin.end()
})
