import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/lib/embeddedPostgres.mjs'
import { freePort } from '../../scripts/lib/freePort.mjs'

const directory = mkdtempSync(join(tmpdir(), 'jobu-embedded-'))
const dataDir = join(directory, 'data')
const lockFile = join(dataDir, 'postmaster.pid')
let port: number
let server: EmbeddedPostgres

const start = async () => {
  server = await startEmbeddedPostgres({
    dataDir,
    logFile: join(directory, 'postgres.log'),
    port,
    password: 'secret',
  })
}

async function query(text: string) {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

const count = async () => (await query('SELECT count(*)::int AS rows FROM kept'))[0].rows

/** Resolves when no process has the pid any more. */
async function gone(pid: number) {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    // A zombie still has its pid where nobody collects orphans.
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return
    await delay(50)
  }
}

beforeAll(async () => {
  port = await freePort()
  await start()
  await query('CREATE TABLE kept (i int)')
  await query('INSERT INTO kept VALUES (1), (2)')
})

afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

describe('startEmbeddedPostgres', () => {
  test('commits are durable, the encoding is UTF-8, the zone UTC, and two-phase commit is on', async () => {
    const [settings] = await query(
      `SELECT current_setting('fsync') fsync, current_setting('synchronous_commit') sync,
              current_setting('server_encoding') encoding, current_setting('timezone') zone,
              current_setting('max_prepared_transactions')::int > 0 two_phase, upper('ä') upper`,
    )
    expect(settings).toEqual({
      fsync: 'on',
      sync: 'on',
      encoding: 'UTF8',
      zone: 'UTC',
      two_phase: true,
      upper: 'Ä',
    })
  })

  test('a wrong password is refused', async () => {
    const client = new pg.Client({ connectionString: server.url('postgres').replace('secret', 'guess') })
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
  })

  test('a stop and a start keep the data', async () => {
    await server.stop()
    expect(await server.exited).toBe('0')
    await start()
    expect(await count()).toBe(2)
  })

  test('after the server was killed it starts again at once with what was committed', async () => {
    await query('INSERT INTO kept VALUES (3)')
    process.kill(server.pid, 'SIGKILL')
    expect(await server.exited).toBe('SIGKILL')
    await start()
    expect(await count()).toBe(3)
  })

  test("a lock file with another program's pid, as after a reboot, does not stop the start", async () => {
    process.kill(server.pid, 'SIGKILL')
    await server.exited
    const [, ...rest] = readFileSync(lockFile, 'utf8').split('\n')
    writeFileSync(lockFile, [process.pid, ...rest].join('\n'))
    await start()
    expect(await count()).toBe(3)
  })

  test('a server that a killed process left behind is replaced', async () => {
    const leftover = server
    await start()
    expect(server.pid).not.toBe(leftover.pid)
    expect(await leftover.exited).toBe('0')
    expect(await count()).toBe(3)
  })

  test('a server stops by itself, in order, when the process that started it is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobu-orphan-'))
    const script = fileURLToPath(new URL('fixtures/postgresOwner.mjs', import.meta.url))
    const owner = spawn(process.execPath, [script, folder, String(await freePort())], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [pid] = await once(owner.stdout!, 'data')
    owner.kill('SIGKILL')
    await gone(Number(pid))
    expect(readFileSync(join(folder, 'postgres.log'), 'utf8')).toContain('received fast shutdown request')
    rmSync(folder, { recursive: true, force: true })
  })

  test('a port in use is an error that quotes the server', async () => {
    const other = mkdtempSync(join(tmpdir(), 'jobu-embedded-'))
    const options = { dataDir: join(other, 'data'), logFile: join(other, 'log'), port, password: 'secret' }
    await expect(startEmbeddedPostgres(options)).rejects.toThrow(
      /does not start[\s\S]*Address already in use/,
    )
    rmSync(other, { recursive: true, force: true })
  })
})
