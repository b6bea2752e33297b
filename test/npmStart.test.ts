import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { freePort } from '../scripts/lib/freePort.mjs'
import { until } from './support/until.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TOKEN = 'a-token-for-the-test-of-the-launcher-itself'

let dataDir: string
let port: number
let launcher: ChildProcess | undefined

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'jobu-start-'))
  port = await freePort()
})
afterEach(async () => {
  if (launcher && launcher.exitCode === null) {
    launcher.kill('SIGKILL')
    await once(launcher, 'exit')
  }
  await rm(dataDir, { recursive: true, force: true })
})

/** `npm start` without npm, which passes signals on but adds nothing. */
function start(): { output(): string } {
  let output = ''
  launcher = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      JOBU_DATA_DIR: dataDir,
      JOBU_ADMIN_PORT: String(port),
      JOBU_ADMIN_TOKEN: TOKEN,
      JOBU_WORKER_HANDLERS_PATH: join(ROOT, 'examples/handlers'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [launcher.stdout!, launcher.stderr!]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return { output: () => output }
}

async function api<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

const isReady = (run: { output(): string }) =>
  until(
    'npm start is ready',
    async () => {
      if (launcher!.exitCode !== null) throw new Error(run.output())
      return run.output().includes('ready: dispatcher, worker, admin')
    },
    240_000,
  )

/**
 * The commands of a section of the README, run by a shell as they stand there but for the address, the password, and how
 * long they watch for what the next minute brings: a busy machine may bring it late.
 */
function runReadme(section: string, password: string): Promise<string> {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const [, commands] = new RegExp(`## ${section}\\n[^]*?\`\`\`sh\\n([^]*?)\`\`\``).exec(readme) ?? []
  const script = commands!
    .replace('http://localhost:8080', `http://127.0.0.1:${port}`)
    .replace('PASSWORD=...', `PASSWORD=${password}`)
    .replace('--max-time 65', '--max-time 90')
  const shell = spawn('bash', ['-c', script], { cwd: dataDir, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return once(shell, 'close').then(() => output)
}

interface Job {
  id: number
  cron_name: string | null
  status: string
  result: unknown
}

/** Processes whose environment names this test's data directory. */
async function leftovers(): Promise<string[]> {
  const { readdir } = await import('node:fs/promises')
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const [environment, command] = await Promise.all(
      ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    )
    if (environment!.includes(dataDir) || command!.includes(dataDir)) found.push(`${pid} ${command}`)
  }
  return found
}

test('npm start runs the example crons and a handler of one’s own, ends on Ctrl+C with nothing left, and finds its data again', async () => {
  const first = start()
  await isReady(first)
  const password = /sign in {3}admin, password (\S+)/.exec(first.output())?.[1]
  await api('/auth/sign-in', { name: 'admin', password })
  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { Accept: 'text/html' } })
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root">')])
  const crons = await api<{ items: Array<{ name: string }>; total: number }>('/crons')
  expect(crons.items.map(({ name }) => name)).toContain('example-echo')

  const readme = runReadme('Your first cron, in a minute', password!)
  const greeted = await api<Job>('/jobs', { handler_name: 'greet', params: { who: 'Seoul' } })
  const transferred = await api<Job>('/jobs', {
    handler_name: 'transfer',
    params: { from: 'a', to: 'b', amount: 7 },
  })
  const done = (id: number) =>
    until(`job ${id} is done`, async () => {
      const job = await api<Job>(`/jobs/${id}`)
      return job.status === 'SUCCESS' ? job : undefined
    })
  expect((await done(greeted.id)).result).toEqual({ greeting: 'Hello, Seoul' })
  expect((await done(transferred.id)).result).toEqual({ recorded: true })

  const fired = await until(
    'an example cron fires on the minute and succeeds',
    async () =>
      (await api<{ items: Job[] }>('/jobs')).items.find(
        (job) => job.cron_name === 'example-echo' && job.status === 'SUCCESS',
      ),
    180_000,
  )
  expect(fired.result).toEqual({ message: 'hello from jobu' })

  const said = await readme
  expect(said).toMatch(/event: log\ndata: .*"message":"hello"/)
  expect(said).toContain('"verdict":"SUCCEEDED"')
  expect(said).toMatch(/event: cron\ndata: .*"action":"fired","name":"hello"/)
  // What it watched has run by the time it asks for its slots.
  expect(said).toMatch(/"scheduled_time":"[^"]*:00.000Z","verdict":"SUCCESS"/)

  launcher!.kill('SIGINT')
  expect(await once(launcher!, 'exit')).toEqual([0, null])
  expect(first.output()).toContain('stopped')
  expect(await leftovers()).toEqual([])

  const second = start()
  await isReady(second)
  expect(second.output()).toContain(`sign in   admin, password ${password}\n`)
  // The README's own one has come to them.
  expect((await api<{ total: number }>('/crons')).total).toBe(crons.total + 1)
  expect((await api<Job>(`/jobs/${fired.id}`)).status).toBe('SUCCESS')
  launcher!.kill('SIGTERM')
  expect(await once(launcher!, 'exit')).toEqual([0, null])
  expect(await leftovers()).toEqual([])
}, 600_000)
