import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { oas31 } from 'zod-openapi'
import { freePort } from '../../../scripts/lib/freePort.mjs'
import { Bench } from '../../../test/support/builders.ts'
import { type ServiceProcess, startService } from '../../../test/support/processes.ts'
import { until } from '../../../test/support/until.ts'
import { draws } from './support/hostile/draw.ts'
import { type Answer, exchange } from './support/hostile/exchange.ts'
import { type HostileRequest, hostileRequest, type Target } from './support/hostile/hostileRequest.ts'
import { malformedRequests } from './support/hostile/malformed.ts'
import { type Operation, operationsOf, resolve } from './support/hostile/operations.ts'
import { TOKEN } from './support/startTestApp.ts'

const COUNT = Number(process.env.JOBU_TEST_HOSTILE_REQUESTS ?? 5_000)
/** `JOBU_TEST_SEED` of the run that is to be repeated; it is in the names of the tests. */
const SEED = Number(process.env.JOBU_TEST_SEED ?? randomInt(2 ** 31))
const AT_ONCE = 16
const BODY_LIMIT = 262_144
/**
 * How much more may be held after the second half of the requests than after the first, in bytes. What the process keeps
 * beside the heap goes up and down by what the allocator gives back; a leak of each request would be many times as much.
 */
const HEAP_GROWTH = 8 * 1024 * 1024
const RSS_GROWTH = 192 * 1024 * 1024
/** Refusals of HTTP itself, which no operation of the document has. */
const OF_HTTP = [404, 405, 408, 431]
/** What an attempt to sign in leaves behind, and counters. */
const UNGUARDED = ['rate_limits']

let bench: Bench
let port: number
let admin: ServiceProcess
let operations: Operation[]
let target: Omit<Target, 'operation'>

beforeAll(async () => {
  bench = await Bench.open()
  port = await freePort()
  for (const name of ['one', 'two', 'three']) {
    const cron = await bench.aCron({ name })
    await bench.anExecution({ jobId: cron.id, status: name === 'one' ? 'PENDING' : 'SUCCESS' })
  }
  await bench.db.query(
    `INSERT INTO handlers (name, params_schema, isolation, source) VALUES ('echo', '{}', 'none', 'test'), ('http', '{}', 'none', 'test')`,
  )
  admin = await startService('admin', {
    DATABASE_URL: bench.url,
    JOBU_ADMIN_PORT: String(port),
    JOBU_ADMIN_TOKEN: TOKEN,
    JOBU_ADMIN_PASSWORD: 'a password of the test',
    JOBU_ADMIN_BODY_LIMIT_BYTES: String(BODY_LIMIT),
    JOBU_LOG_FORMAT: 'json',
    NODE_OPTIONS: `--import ${new URL('support/memoryProbe.mjs', import.meta.url).href}`,
  })
  const answer = await api('GET', '/openapi.json')
  const document = (await answer.json()) as oas31.OpenAPIObject
  operations = operationsOf(document)
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  target = {
    operations,
    token: TOKEN,
    bodyLimit: BODY_LIMIT,
    resolve: (schema) => resolve(schema, document),
    isValid: (schema, value) => ajv.validate({ ...schema, components: document.components }, value),
  }
})
afterAll(async () => {
  await admin?.stop()
  await bench?.close()
})

const api = (method: string, path: string, body?: object) =>
  fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

/** The first requests of the run's seed, to each operation in turn. */
function requestsOf(count: number) {
  return draws(SEED, count).map((draw, index) => {
    const operation = operations[index % operations.length]!
    return { operation, ...hostileRequest({ ...target, operation }, draw) }
  })
}

/** Every row of every table, by table. */
async function contents(): Promise<Record<string, string>> {
  const { rows } = await bench.db.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
     AND NOT relispartition ORDER BY 1`,
  )
  const found: Record<string, string> = {}
  for (const { name } of rows.filter((table) => !UNGUARDED.includes(table.name))) {
    // Failed attempts to sign in are no change, and are kept.
    const those = name === 'audit_log' ? `WHERE actor_kind <> 'anonymous'` : ''
    const { rows: digests } = await bench.db.query<{ digest: string }>(
      `SELECT count(*) || ' rows ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest FROM "${name}" t ${those}`,
    )
    found[name] = digests[0]!.digest
  }
  return found
}

/** What the admin holds once its garbage is collected. */
async function memory(): Promise<{ rss: number; heapUsed: number }> {
  const before = admin.output().split('\nmemory ').length
  admin.child.kill('SIGUSR2')
  return until('the memory probe answers', async () => {
    const parts = admin.output().split('\nmemory ')
    const line = parts.at(-1)!.split('\n')
    return parts.length > before && line.length > 1 && JSON.parse(line[0]!)
  })
}

/** Works on all of a list, some at once, in order. */
async function each<T>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < list.length) await work(list[next++]!)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const shown = (bytes: Buffer) => JSON.stringify(bytes.subarray(0, 300).toString('latin1'))

/** What is wrong with an answer; undefined: nothing. */
function problemOf(answer: Answer | undefined, { mustBeRefused }: HostileRequest, operation: Operation) {
  if (answer === undefined) return 'closed without an answer'
  const { status, headers, body } = answer
  if (headers.has('x-injected')) return 'a header was injected'
  if (status >= 500) return `answered ${status}`
  if (status < 400) return mustBeRefused ? `accepted with ${status}` : undefined
  if (!operation.statuses.includes(status) && !OF_HTTP.includes(status)) return `undocumented ${status}`
  return formProblem(body)
}

function formProblem(body: Buffer): string | undefined {
  try {
    const { error } = JSON.parse(body.toString())
    const { code, message, details } = error
    if (/^[A-Z_]+$/.test(code) && typeof message === 'string' && Array.isArray(details)) return undefined
  } catch {}
  return `an error of another form: ${shown(body)}`
}

describe('the admin', () => {
  test(`refuses ${COUNT} hostile requests, seed ${SEED}, changes nothing and stays as it was`, async () => {
    const before = await contents()
    const requests = requestsOf(COUNT)
    expect(requestsOf(50)).toEqual(requests.slice(0, 50))
    const problems: string[] = []
    const statuses = new Map<number, number>()
    let sent = 0
    const send = async (request: (typeof requests)[number]) => {
      // Those without credentials come from elsewhere: how often they may try must not count against the others.
      const number = ++sent
      const isElsewhere = request.isAnonymous && process.platform === 'linux'
      const localAddress = isElsewhere ? `127.1.${(number >> 8) & 255}.${number & 255}` : undefined
      const answer = await exchange(port, request.bytes, { localAddress }).catch((error: Error) => {
        problems.push(`${request.operation.id} ${request.fault}: ${error.message}: ${shown(request.bytes)}`)
        return undefined
      })
      statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1)
      const problem = problemOf(answer, request, request.operation)
      if (problem) {
        problems.push(
          `${request.operation.id} ${request.fault}: ${problem}: ${shown(request.bytes)} ${answer ? shown(answer.body) : ''}`,
        )
      }
    }

    await each(requests.slice(0, COUNT / 2), send)
    const half = await memory()
    await each(requests.slice(COUNT / 2), send)
    const whole = await memory()
    expect(problems.slice(0, 20)).toEqual([])
    expect(admin.child.exitCode).toBeNull()
    expect(await contents()).toEqual(before)
    expect(whole.heapUsed - half.heapUsed).toBeLessThan(HEAP_GROWTH)
    expect(whole.rss - half.rss).toBeLessThan(RSS_GROWTH)
    // Most reach what checks them: they are not all turned away at the door.
    expect(statuses.get(400)).toBeGreaterThan(COUNT / 3)
  }, 600_000)

  test('answers what is no HTTP, or closes the connection', async () => {
    const before = await contents()
    const problems: string[] = []
    await each(malformedRequests(TOKEN), async (bytes) => {
      const answer = await exchange(port, bytes, { isUnfinished: true })
      if (answer === undefined) return
      const problem =
        answer.status >= 400 && answer.status < 500 ? formProblem(answer.body) : String(answer.status)
      if (problem) problems.push(`${shown(bytes)}: ${answer.status} ${problem}`)
    })
    expect(problems).toEqual([])
    expect(await contents()).toEqual(before)
  })

  test('survives clients that hang up, and works on', async () => {
    const head = `POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n`
    const whole = `GET /api/v1/jobs?size=200 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`
    const before = await contents()
    await each(
      Array.from(
        { length: 200 },
        (_, index) => [head, `${head}Content-Length: 100\r\n\r\n{"type":"ec`, whole][index % 3]!,
      ),
      async (text) => {
        const socket = connect(port, '127.0.0.1')
        await new Promise<void>((resolve) => {
          socket.on('error', () => {})
          socket.on('close', () => resolve())
          socket.write(text, () => socket.resetAndDestroy())
        })
      },
    )
    expect(await contents()).toEqual(before)

    const created = await api('POST', '/crons', {
      name: 'good',
      cron_expression: '0 0 * * *',
      handler_name: 'echo',
    })
    expect(created.status).toBe(201)
    const { id } = (await created.json()) as { id: number }
    expect((await api('GET', `/crons/${id}`)).status).toBe(200)
    expect((await api('DELETE', `/crons/${id}`)).status).toBe(204)
    expect(admin.output()).not.toMatch(/uncaught error|"level":"error"/)
    expect(await admin.stop()).toBe(0)
  })
})
