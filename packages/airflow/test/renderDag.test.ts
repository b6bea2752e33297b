import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type DagSchedule, OPERATORS, renderDag } from '../src/index.ts'
import { aDagSchedule, aDagTask, anAirflowConfig } from './support/aDagSchedule.ts'
import { dumpDags, runTask } from './support/dumpDags.ts'
import { pythonTest, pythonTests } from './support/pythonTests.ts'

const dir = mkdtempSync(join(tmpdir(), 'jobu-dags-'))
afterAll(() => rmSync(dir, { recursive: true }))
const config = anAirflowConfig()
let files = 0
function write(schedule: DagSchedule, settings = config): string {
  const path = join(dir, `dag_${++files}.py`)
  writeFileSync(path, renderDag(schedule, settings).text)
  return path
}
const dump = async (schedule: DagSchedule, version: 2 | 3 = 3) => {
  const [read] = await dumpDags(version, [write(schedule)])
  expect(read!.error).toBeUndefined()
  return read!.dag!
}

pythonTests.each([2, 3] as const)('renderDag, read by Airflow %s', (version) => {
  test('has the tasks, their order, and what was said of them', async () => {
    const dag = await dump(
      aDagSchedule({
        description: 'Every night',
        owner: 'finance',
        tags: ['nightly'],
        maxActiveRuns: 3,
        startDate: new Date('2026-05-01T00:00:00Z'),
        endDate: new Date('2027-05-01T00:00:00Z'),
        tasks: [
          aDagTask({ key: 'extract', params: { n: 1 }, queue: 'big', priority: 5 }),
          aDagTask({ key: 'load', operator: 'bash', params: { command: 'ls', env: { A: 'b' } } }),
          aDagTask({
            key: 'tell',
            operator: 'http',
            params: { url: 'http://x.example.com' },
            dependsOn: ['extract', 'load'],
            triggerRule: 'all_done',
            maxRetry: 4,
            retryDelaySeconds: 30,
            retryBackoff: 'fixed',
            timeoutSeconds: 90,
          }),
        ],
      }),
      version,
    )
    expect(dag.options).toMatchObject({
      dag_id: 'jobu_7',
      description: 'Nightly report\n\nEvery night',
      schedule: { cron: '0 3 * * *', timezone: 'Asia/Seoul' },
      start_date: Date.parse('2026-05-01T00:00:00Z') / 1000,
      end_date: Date.parse('2027-05-01T00:00:00Z') / 1000,
      catchup: false,
      max_active_runs: 3,
      is_paused_upon_creation: true,
      dag_display_name: 'Nightly report',
    })
    expect(dag.options.tags).toEqual(['jobu', 'nightly', expect.stringMatching(/^jobu:[0-9a-f]{16}$/)])
    const [extract, load, tell] = dag.tasks
    expect(extract).toMatchObject({
      class: 'PythonOperator',
      options: { task_id: 'extract', owner: 'finance', priority_weight: 5, execution_timeout: null },
      carried: { handler_name: 'echo', params: { n: 1 }, queue: 'big' },
    })
    expect(load).toMatchObject({
      class: 'BashOperator',
      given: { bash_command: 'ls', env: { A: 'b' }, append_env: true },
    })
    expect(tell).toMatchObject({
      upstream: ['extract', 'load'],
      options: {
        trigger_rule: 'all_done',
        retries: 4,
        retry_delay: 30,
        retry_exponential_backoff: false,
        execution_timeout: 90,
      },
    })
  })

  test('by hand it has no schedule, and once it runs at its start', async () => {
    expect((await dump(aDagSchedule({ cronExpression: null }), version)).options.schedule).toBeNull()
    const once = aDagSchedule({
      cronExpression: null,
      isOnce: true,
      startDate: new Date('2026-02-01T00:00:00Z'),
    })
    expect((await dump(once, version)).options).toMatchObject({
      schedule: '@once',
      start_date: Date.parse('2026-02-01T00:00:00Z') / 1000,
    })
  })

  test('runs Python code with its params, and nothing else of a schedule', async () => {
    const code = 'result = {"sum": sum(params["n"]), "of": context["ti"].task_id}'
    const path = write(
      aDagSchedule({
        tasks: [aDagTask({ key: 'add', operator: 'python', params: { code, params: { n: [1, 2] } } })],
      }),
    )
    expect(await runTask(version, path, 'add')).toMatchObject({ result: { sum: 3, of: 'add' } })
  })
})

/** What a person could write to get out of a string, a comment, a template or a format. */
const hostile = fc.oneof(
  fc.constantFrom(
    '"""\nraise SystemExit(66)\n"""',
    "'''; import os; os._exit(66) #",
    '{{ 7 * 7 }}',
    '{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}',
    '\\"""\\\nraise SystemExit(66)',
    '%(title)s {0} {DATA} %s',
    '\u2028raise SystemExit(66)\u2029',
    '# -*- coding: utf-7 -*-\n+AGk-mport os',
    '\u0000\r\n\u001a',
    '$(touch pwned) `touch pwned` ; $HOME',
    '/etc/profile.sh',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const text = hostile
const schedules = fc.record({
  title: text,
  description: fc.option(text),
  owner: fc.option(text),
  tags: fc.array(text, { maxLength: 3 }),
  keys: fc.uniqueArray(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,20}$/), { minLength: 1, maxLength: 4 }),
  operator: fc.constantFrom(...OPERATORS),
  handlerName: text,
  queue: text,
  params: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.array(text, { maxLength: 2 })), { maxKeys: 3 }),
  command: text,
})

pythonTest(
  'no text of a schedule becomes code: Python makes the very DAG of it',
  async () => {
    const made: DagSchedule[] = fc.sample(schedules, { numRuns: 300, seed: 7 }).map((one, index) => ({
      ...aDagSchedule({ ...one, id: index + 1 }),
      tasks: one.keys.map((key, no) =>
        aDagTask({
          key,
          operator: one.operator,
          handlerName: one.handlerName,
          queue: one.queue,
          params:
            one.operator === 'bash'
              ? { command: one.command, env: { X: one.title } }
              : { ...one.params, code: 'pass' },
          dependsOn: one.keys.slice(0, no),
        }),
      ),
    }))
    for (const version of [2, 3] as const) {
      const read = await dumpDags(
        version,
        made.map((schedule) => write(schedule)),
      )
      const names = new Set<string>()
      read.forEach(({ dag, error }, index) => {
        const schedule = made[index]!
        expect(error).toBeUndefined()
        names.add(dag!.names.join())
        const title = dag!.options.dag_display_name
        expect(title).toBe(schedule.title)
        expect(dag!.options.description).toBe(
          [schedule.title, schedule.description].filter(Boolean).join('\n\n'),
        )
        expect(dag!.options.tags.filter((tag) => tag !== 'jobu' && !tag.startsWith('jobu:'))).toEqual([
          ...new Set(
            schedule.tags.filter((tag) => tag !== 'jobu' && !tag.startsWith('jobu:') && tag.length <= 100),
          ),
        ])
        expect(dag!.tasks.map((task) => task.options.task_id)).toEqual(schedule.tasks.map((task) => task.key))
        dag!.tasks.forEach((task, no) => {
          const meant = schedule.tasks[no]!
          expect(task.options.owner).toBe(schedule.owner ?? 'jobu')
          expect(task.upstream).toEqual([...meant.dependsOn].sort())
          if (meant.operator === 'bash') {
            expect(task.given).toEqual({
              bash_command: meant.params.command,
              env: meant.params.env,
              append_env: true,
            })
          } else {
            expect(task.carried).toMatchObject({
              params: meant.params,
              handler_name: meant.handlerName,
              queue: meant.queue,
            })
          }
        })
      })
      // Whatever a schedule says, its file defines the same names.
      expect(names.size).toBe(1)
    }
  },
  60_000,
)

pythonTest('a file compiles by itself, without any package', () => {
  execFileSync('python3', ['-m', 'py_compile', write(aDagSchedule({ title: '"""' }))])
})

test('equal schedules have equal files, and another fingerprint says that something changed', () => {
  const file = renderDag(aDagSchedule(), config)
  expect(renderDag(aDagSchedule(), config)).toEqual(file)
  expect(file).toMatchObject({ dagId: 'jobu_7', fileName: 'jobu_7.py' })
  expect(renderDag(aDagSchedule({ title: 'x' }), config).fingerprint).not.toBe(file.fingerprint)
  expect(renderDag(aDagSchedule(), anAirflowConfig({ job_poll_seconds: 9 })).fingerprint).not.toBe(
    file.fingerprint,
  )
})

test('no file holds a secret of the configuration', () => {
  const { text: program } = renderDag(aDagSchedule(), config)
  const data = Buffer.from(/"""\n([\s\S]*?)\n"""/.exec(program)![1]!, 'base64').toString()
  expect(data).toContain('jobu.example.com')
  expect(program + data).not.toContain('secret of airflow')
})

pythonTests('a task of the jobu operator', () => {
  /** jobu's API, as far as such a task asks it. */
  async function aJobu(answer: (method: string, path: string, body: unknown) => [number, unknown]) {
    const asked: Array<{ method: string; path: string; body: Record<string, unknown>; token: string }> = []
    const server = createServer((request, response) => {
      let sent = ''
      request.on('data', (chunk) => {
        sent += chunk
      })
      request.on('end', () => {
        const body = sent ? JSON.parse(sent) : undefined
        const [method, path] = [request.method!, request.url!]
        asked.push({ method, path, body, token: request.headers.authorization! })
        const [status, value] = answer(method, path, body)
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return { url, asked, close: () => new Promise((resolve) => server.close(resolve)) }
  }
  const settings = (url: string, from: string) =>
    anAirflowConfig({ jobu_url: url, job_poll_seconds: 1, jobu_token: { from, name: 'jobu_token' } })

  test('enqueues the job under the key of its try, waits for its end, and has its result and its log', async () => {
    const states = ['PENDING', 'RUNNING', 'SUCCESS']
    const jobu = await aJobu((method, path) => {
      const job = { id: 5, status: states[0], result: { rows: 3 } }
      if (path === '/api/v1/jobs/5') states.shift()
      if (path.startsWith('/api/v1/jobs/5/logs'))
        return [200, { items: [{ logged_at: 'T', level: 'info', message: 'three rows' }] }]
      if (method === 'POST') return [201, job]
      return [200, { ...job, status: states[0] }]
    })
    const path = write(
      aDagSchedule({ tasks: [aDagTask({ key: 'extract', params: { a: 1 }, timeoutSeconds: 60 })] }),
      settings(jobu.url, 'env'),
    )
    const env = { jobu_token: 't0ken' }
    const ran = await runTask(3, path, 'extract', { env })
    expect(ran.result).toEqual({ rows: 3 })
    expect(ran.printed).toContain('T info three rows')
    await runTask(2, path, 'extract', { env })
    await runTask(2, path, 'extract', { env, attempt: 2 })
    await jobu.close()
    const made = jobu.asked.filter(({ method }) => method === 'POST')
    expect(made[0]).toMatchObject({
      path: '/api/v1/jobs',
      token: 'Bearer t0ken',
      body: { handler_name: 'echo', params: { a: 1 }, queue: 'default', max_retry: 0, timeout_seconds: 60 },
    })
    const keys = made.map(({ body }) => body.idempotency_key)
    expect(keys[0]).toMatch(/^airflow:[0-9a-f]{64}$/)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  test.each([
    [2, 'connection', 'Bearer password of jobu_token'],
    [3, 'connection', 'Bearer password of jobu_token'],
    [2, 'variable', 'Bearer variable jobu_token'],
    [3, 'variable', 'Bearer variable jobu_token'],
  ] as const)('fails as the job does; Airflow %s has its token from a %s', async (version, from, token) => {
    const jobu = await aJobu(() => [201, { id: 5, status: 'FAILED', error_message: 'no such table' }])
    const ran = await runTask(version, write(aDagSchedule(), settings(jobu.url, from)), 'extract')
    await jobu.close()
    expect(ran.error).toBe('job 5 ended FAILED: no such table')
    expect(jobu.asked[0]!.token).toBe(token)
  })

  test('says what jobu refused', async () => {
    const jobu = await aJobu(() => [400, { error: { message: 'no handler nope' } }])
    const ran = await runTask(3, write(aDagSchedule(), settings(jobu.url, 'connection')), 'extract')
    await jobu.close()
    expect(ran.error).toContain('jobu refused POST /jobs: 400')
    expect(ran.error).toContain('no handler nope')
  })
})
