import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type ServiceProcess, startService } from '../../../test/support/processes.ts'
import { until } from '../../../test/support/until.ts'
import { TOKEN } from '../../admin/test/support/startTestApp.ts'
import { startAdminCli } from './support/adminCli.ts'
import { beginStream, startFakeServer } from './support/fakeServer.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const MAIN = join(ROOT, 'apps/cli/dist/main.js')

let admin: Awaited<ReturnType<typeof startAdminCli>>
beforeAll(async () => {
  admin = await startAdminCli()
  for (let i = 0; i < 150; i++) {
    const body = {
      name: `cron ${i}`,
      cron_expression: '@daily',
      handler_name: 'echo',
      description: 'x'.repeat(5_000),
    }
    await admin.app.api.post('/crons').send(body).expect(201)
  }
})
afterAll(() => admin.stop())

/** A process of its own; `env` is all it has beside what it needs. */
async function spawned(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, JOBU_URL: admin.url, JOBU_TOKEN: TOKEN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}
const jobu = (args: string[], env?: Record<string, string>) => spawned(process.execPath, [MAIN, ...args], env)

describe('as a process', () => {
  test('nothing but the payload is on stdout, whole, and not coloured in a pipe', async () => {
    const { code, stdout, stderr } = await jobu(['crons', 'list', '--size', '150', '--json'])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout).items).toHaveLength(150)
    expect((await jobu(['crons', 'list'], { FORCE_COLOR: '1' })).stdout).not.toContain('\u001b')
  })

  test.each([
    [['crons', 'get', 'none'], 1],
    [['crons', 'get'], 2],
    [['crons', 'list', '--url', 'http://127.0.0.1:9'], 3],
  ])('%j exits with %i', async (args, code) => {
    expect((await jobu(args)).code).toBe(code)
  })

  test('a reader that leaves early, as head does, is no failure', async () => {
    const script = 'set -o pipefail; "$0" "$1" crons list --json --size 150 | head -n 1; echo $?'
    const { stdout, stderr } = await spawned('bash', ['-c', script, process.execPath, MAIN])
    expect([stdout, stderr]).toEqual(['{\n0\n', ''])
  })

  test('Ctrl+C ends what goes on, with 130', async () => {
    const server = await startFakeServer()
    const isOpen = new Promise<void>((resolve) => {
      server.answer({
        'GET /events': (_request, response) => {
          beginStream(response)
          resolve()
        },
      })
    })
    const child = spawn(process.execPath, [MAIN, 'jobs', 'tail', '--url', server.url], {
      env: { PATH: process.env.PATH },
      stdio: 'ignore',
    })
    await isOpen
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([130, null])
    await server.stop()
  })

  test('npm run jobu hands arguments and exit code through, and what it builds says nothing on stdout', async () => {
    const found = await spawned('npm', ['run', '--silent', 'jobu', '--', 'crons', 'get', 'cron 7', '--json'])
    expect([found.code, JSON.parse(found.stdout).name]).toEqual([0, 'cron 7'])
    expect((await spawned('npm', ['run', '--silent', 'jobu', '--', 'bogus'])).code).toBe(2)
  })
})

describe('an imported crontab', () => {
  let worker: ServiceProcess
  const folder = mkdtempSync(join(tmpdir(), 'jobu-crontab-'))
  beforeAll(async () => {
    worker = await startService('worker', { DATABASE_URL: admin.app.url, JOBU_WORKER_SHELL_ENABLED: 'true' })
  })
  afterAll(async () => {
    await worker.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('applies, runs through a worker as cron would run it, and imported again changes nothing', async () => {
    const out = join(folder, 'out')
    const crontab = join(folder, 'crontab')
    const lines = ['SHELL=/bin/bash', 'GREETING="hello  there"', `HOME=${folder}`, '# Greets.']
    const line = `30 4 * * * cat - <(echo "$GREETING \\% $BASH_VERSION" "$PWD" $LOGNAME) > ${out}%from%stdin`
    writeFileSync(crontab, `${[...lines, line].join('\n')}\n`)
    const importing = ['import', 'crontab', crontab, '--apply', '--timezone', 'Asia/Seoul']
    // The API knows of handlers at most a second later.
    const applied = await until('the shell handler is known', async () => {
      const outcome = await admin.cli(importing)
      return outcome.code === 0 && outcome
    })
    expect(applied.stdout).toMatch(/^\+ create cat/)
    const [name] = /(?<=create ).*/.exec(applied.stdout)!
    const preview = await admin.json(['crons', 'get', name])
    expect(preview).toMatchObject({
      description: 'Greets.',
      next_run_at: expect.stringMatching(/T19:30:00\.000Z$/),
    })

    await admin.cli(['crons', 'run', name])
    await until('it has run', async () => {
      const { items } = await admin.json(['jobs', 'list', '--cron', name, '--status', 'SUCCESS,FAILED'])
      return items[0]
    }).then((job) => expect([job.status, job.error_message]).toEqual(['SUCCESS', null]))
    expect(readFileSync(out, 'utf8')).toMatch(
      new RegExp(`^from\nstdin\nhello  there % \\d\\S+ ${folder} \\S+\n$`),
    )
    expect((await admin.cli(importing)).stdout).toBe('0 to create, 0 to change, 0 to delete, 1 unchanged\n')
  })

  test('is written to a file for review, with what is not carried over', async () => {
    const crontab = join(folder, 'second')
    const yaml = join(folder, 'crons.yaml')
    writeFileSync(crontab, '@reboot x\nMAILTO=me\n0 9 * * FRI-MON report\n')
    const { code, stderr } = await admin.cli([
      'import',
      'crontab',
      crontab,
      '--output',
      yaml,
      '--tag',
      'imported',
    ])
    expect(code).toBe(0)
    expect(stderr).toMatch(/not imported: .*second:1: jobu knows no start of a machine/)
    expect(stderr).toMatch(/report: .*second:3: Debian's cron never runs this line/)
    expect(stderr).toMatch(/1 imported, 1 not\n$/)
    const written = readFileSync(yaml, 'utf8')
    expect(written).toMatch(/^# not imported: .*\n# note: .*MAILTO=me is not carried over/)
    expect(written).toMatch(/\n {2}# .*second:3: 0 9 \* \* FRI-MON report\n/)
    expect((await admin.cli(['crons', 'apply', '-f', yaml])).stdout).toBe(
      '+ create report\n1 to create, 0 to change, 0 to delete, 0 unchanged\n',
    )
  })
})
