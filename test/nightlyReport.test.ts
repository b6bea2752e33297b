import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Database } from '@jobu/db'
import ExcelJS from 'exceljs'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { freePort } from '../scripts/lib/freePort.mjs'
import { type ServiceProcess, startService } from './support/processes.ts'
import { createTestDatabase, type TestDatabase } from './support/testDatabase.ts'
import { until } from './support/until.ts'

const TOKEN = 'a-token-of-at-least-thirty-two-characters'

let database: TestDatabase
let db: Database
let port: number
let folder: string
let server: SMTPServer
const mails: Email[] = []
let services: ServiceProcess[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  db = new Database({ url: database.url }, { engine: true })
  await db.query('CREATE TABLE sales (region text, amount integer)')
  await db.query(`INSERT INTO sales VALUES ('seoul', 3), ('busan', 4), ('seoul', 5)`)
  await db.query('CREATE TABLE extractions (at timestamptz DEFAULT now())')
  folder = await mkdtemp(join(tmpdir(), 'jobu-nightly-'))
  server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    async onData(stream, _, done) {
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk)
      mails.push(await PostalMime.parse(Buffer.concat(chunks)))
      done()
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  port = await freePort()
  const env = {
    DATABASE_URL: database.url,
    JOBU_DISPATCHER_MIN_CRON_INTERVAL_SECONDS: '1',
    JOBU_WORKER_SCRIPT_ENABLED: 'true',
    JOBU_WORKER_SCRIPT_ALLOW_TEXT: 'true',
    JOBU_SMTP_URL: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    JOBU_SMTP_FROM: 'jobu@example.com',
    JOBU_ADMIN_PORT: String(port),
    JOBU_ADMIN_TOKEN: TOKEN,
  }
  services = await Promise.all(
    (['admin', 'dispatcher', 'worker'] as const).map((name) => startService(name, env)),
  )
})
afterAll(async () => {
  await Promise.all(services.map((service) => service.kill()))
  await new Promise<void>((resolve) => server.close(resolve))
  await db.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

interface Task {
  key: string
  status: string
  reason: string | null
  attempts: number
  error: { message: string; trace: string | null } | null
}
interface Run {
  id: number
  status: string
  trigger: string
  round: number
  tasks: Task[]
}

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text) as T
}
const statuses = (run: Run) => Object.fromEntries(run.tasks.map((task) => [task.key, task.status]))
const extractions = async () =>
  (await db.query<{ count: number }>('SELECT count(*)::integer AS count FROM extractions')).rows[0]!.count
const mailNamed = (subject: string) =>
  until(`a mail "${subject}"`, () => mails.find((mail) => mail.subject === subject))

test('a nightly report runs on its cron and is mailed; a failing part shows its trace, raises the alert, and is rerun alone', async () => {
  const broken = join(folder, 'broken')
  // Reads the rows from standard input, adds up by region, and leaves them as its result.
  const javascript = `
import { existsSync, readFileSync } from 'node:fs'
if (existsSync(${JSON.stringify(broken)})) throw new TypeError('the tax table is gone')
const sums = {}
for (const { region, amount } of JSON.parse(readFileSync(0, 'utf8'))) sums[region] = (sums[region] ?? 0) + amount
console.log(JSON.stringify({ rows: Object.entries(sums).map(([region, amount]) => ({ region, amount })) }))`
  const python = `
import json, sys
rows = json.load(sys.stdin)
print(json.dumps({"largest": max(row["amount"] for row in rows)}))`
  const { id } = await api<{ id: number }>('POST', '/schedules', {
    title: 'Nightly sales',
    owner: 'data team',
    cron_expression: '*/2 * * * * *',
    notifications: { on_success: true, on_failure: true, recipients: ['team@example.com'] },
    tasks: [
      {
        key: 'extract',
        handler_name: 'sql',
        params: {
          statement:
            'WITH noted AS (INSERT INTO extractions DEFAULT VALUES) SELECT region, amount FROM sales',
        },
      },
      {
        key: 'by_region',
        handler_name: 'script',
        depends_on: ['extract'],
        params: { language: 'javascript', code: javascript, input: '{{ tasks.extract.result.rows }}' },
      },
      {
        key: 'largest',
        handler_name: 'script',
        depends_on: ['extract'],
        params: { language: 'python', code: python, input: '{{ tasks.extract.result.rows }}' },
      },
      {
        key: 'report',
        handler_name: 'report',
        depends_on: ['by_region', 'largest'],
        params: {
          name: 'sales.xlsx',
          statement: `SELECT region, amount, $2::integer AS largest
                FROM jsonb_to_recordset($1::jsonb -> 'rows') AS r (region text, amount integer) ORDER BY region`,
          values: ['{{ tasks.by_region.result }}', '{{ tasks.largest.result.largest }}'],
        },
      },
      {
        key: 'email',
        handler_name: 'email',
        depends_on: ['report'],
        params: {
          to: 'board@example.com',
          subject: 'Sales',
          text: '{{ size(tasks.by_region.result.rows) }} regions',
          attachments: [{ task: 'report', artifact: 'sales.xlsx' }],
        },
      },
      {
        key: 'alert',
        handler_name: 'email',
        trigger_rule: 'one_failed',
        depends_on: ['extract', 'by_region', 'largest', 'report', 'email'],
        params: { to: 'oncall@example.com', subject: 'Sales are broken', text: 'run {{ run.id }}' },
      },
    ],
  })
  const runUntil = (runId: number, isThere: (run: Run) => boolean) =>
    until(`run ${runId}`, async () => {
      const run = await api<Run>('GET', `/schedules/${id}/runs/${runId}`)
      return isThere(run) && run
    })

  const first = await until('a run of the cron', async () => {
    const { items } = await api<{ items: Run[] }>('GET', `/schedules/${id}/runs?trigger=cron&status=SUCCESS`)
    return items.at(-1)
  })
  await api('PATCH', `/schedules/${id}/toggle`)
  const sales = await mailNamed('Sales')
  expect(sales.text?.trim()).toBe('2 regions')
  expect(sales.attachments).toMatchObject([{ filename: 'sales.xlsx' }])
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.load(sales.attachments[0]!.content as ArrayBuffer)
  const rows = workbook.worksheets[0]!.getSheetValues().slice(1) as unknown[][]
  expect(rows.map((row) => row.slice(1))).toEqual([
    ['region', 'amount', 'largest'],
    ['busan', 4, 5],
    ['seoul', 8, 5],
  ])
  const summary = await mailNamed('[jobu] Nightly sales: SUCCESS')
  for (const key of ['extract', 'by_region', 'largest', 'report', 'email'])
    expect(summary.text).toContain(`SUCCESS  ${key}`)
  expect(statuses(await api('GET', `/schedules/${id}/runs/${first.id}`))).toMatchObject({ alert: 'SKIPPED' })
  await until('the cron to be still', async () => {
    const { total } = await api<{ total: number }>(
      'GET',
      `/schedules/${id}/runs?status=PENDING&status=RUNNING`,
    )
    return total === 0
  })

  await writeFile(broken, '')
  const before = await extractions()
  const { id: runId } = await api<Run>('POST', `/schedules/${id}/start`)
  const failed = await runUntil(runId, (run) => run.status === 'FAILED')
  expect(statuses(failed)).toEqual({
    extract: 'SUCCESS',
    by_region: 'FAILED',
    largest: 'SUCCESS',
    report: 'SKIPPED',
    email: 'SKIPPED',
    alert: 'SUCCESS',
  })
  const { error } = failed.tasks.find((task) => task.key === 'by_region')!
  expect(error?.message).toContain('the tax table is gone')
  expect(error?.trace).toMatch(/TypeError: the tax table is gone\n\s+at .*script\.js:3/)
  expect((await mailNamed('Sales are broken')).text?.trim()).toBe(`run ${runId}`)
  expect((await mailNamed('[jobu] Nightly sales: FAILED')).text).toContain('the tax table is gone')
  expect(await extractions()).toBe(before + 1)

  await rm(broken)
  const mailed = mails.filter((mail) => mail.subject === 'Sales').length
  await api('POST', `/schedules/${id}/runs/${runId}/rerun`, { from: 'failed' })
  const mended = await runUntil(runId, (run) => run.status === 'SUCCESS')
  expect(statuses(mended)).toEqual({
    extract: 'SUCCESS',
    by_region: 'SUCCESS',
    largest: 'SUCCESS',
    report: 'SUCCESS',
    email: 'SUCCESS',
    alert: 'SKIPPED',
  })
  expect(mended.round).toBe(2)
  expect(await extractions()).toBe(before + 1)
  await until(
    'the report to be mailed again',
    () => mails.filter((mail) => mail.subject === 'Sales').length === mailed + 1,
  )
}, 300_000)
