import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { nextRuns } from '@jobu/cron'
import { type ImportOptions, importCrontab } from '../../src/crontab/importCrontab.ts'
import { clockMinutes, loadEntry, runsOf } from '../support/debianCron.ts'

/** As the packages of Debian 12 install them: cron, anacron, certbot, e2fsprogs, logcheck, mdadm, munin-node, php-common, sysstat. */
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url))
const fixture = (name: string) => ({ name, text: readFileSync(join(FIXTURES, name), 'utf8'), user: null })

const OPTIONS: ImportOptions = {
  timezone: 'Europe/Berlin',
  workerUser: 'root',
  homes: new Map([
    ['root', '/root'],
    ['mina', '/home/mina'],
    ['www-data', '/var/www'],
  ]),
  isFolder: (path) => path !== '/nowhere',
  prefix: '',
  tags: [],
}
const system = (text: string, options: Partial<ImportOptions> = {}) =>
  importCrontab([{ name: 'f', text, user: null }], { ...OPTIONS, ...options })
const own = (text: string, options: Partial<ImportOptions> = {}) =>
  importCrontab([{ name: 'f', text, user: 'mina' }], { ...OPTIONS, workerUser: 'mina', ...options })
const onlyOf = ({ crons }: ReturnType<typeof system>) => {
  expect(crons).toHaveLength(1)
  return crons[0]!
}
// biome-ignore lint/suspicious/noExplicitAny: params are whatever the shell handler takes
const paramsOf = (imported: ReturnType<typeof system>): any => onlyOf(imported).body.handler_params

describe("Debian's own crontabs", () => {
  const files = [
    'crontab',
    'anacron',
    'certbot',
    'e2scrub_all',
    'mdadm',
    'munin-node',
    'php',
    'sysstat',
    'logcheck',
  ]
  const imported = importCrontab(files.map(fixture), OPTIONS)

  test('become crons with names made from their commands', () => {
    expect(imported.crons.map(({ body }) => body.name)).toEqual([
      'run-parts-cron.hourly',
      'run-parts-cron.daily',
      'run-parts-cron.weekly',
      'run-parts-cron.monthly',
      'invoke-rc.d-anacron-start',
      'certbot-renew',
      'e2scrub_all_cron',
      'e2scrub_all',
      'checkarray',
      'apt_all-update-7200-12',
      'sessionclean',
      'debian-sa1-1-1',
      'debian-sa1-60-2',
      'logcheck',
    ])
  })

  test('keep the lines of anacron, their environment and folder', () => {
    expect(imported.crons[1]!.body).toMatchObject({
      description: null,
      cron_expression: '25 6 * * *',
      timezone: 'Europe/Berlin',
      handler_name: 'shell',
      handler_params: {
        command: 'test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }',
        cwd: '/root',
        env: {
          SHELL: '/bin/sh',
          PATH: '/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin',
          HOME: '/root',
          LOGNAME: 'root',
        },
      },
      overlap_policy: 'allow',
      misfire_policy: 'skip',
    })
  })

  test('take the comment right above a line, and no drawing of columns', () => {
    const described = Object.fromEntries(imported.crons.map(({ body }) => [body.name, body.description]))
    expect(described['debian-sa1-1-1']).toBe('Activity reports every 10 minutes everyday')
    expect(described.checkarray).toMatch(/^By default, run at 00:57 on every Sunday/)
    expect(described['run-parts-cron.hourly']).toBeNull()
  })

  test('list what is not carried over', () => {
    expect(imported.remarks.filter(({ kind }) => kind === 'skipped')).toEqual([
      {
        file: 'logcheck',
        line: 6,
        kind: 'skipped',
        text: expect.stringMatching(/^jobu knows no start of a machine.*@reboot/),
      },
    ])
    expect(imported.remarks).toContainEqual(
      expect.objectContaining({
        file: 'munin-node',
        text: expect.stringMatching(/^MAILTO=root is not carried over/),
      }),
    )
    expect(imported.remarks).toContainEqual(
      expect.objectContaining({ file: 'crontab', text: '5 lines of comment above no entry are left out' }),
    )
    expect(imported.crons.at(-1)!.remarks).toEqual([
      "the home of logcheck is not known here: HOME and the folder are the worker's",
      'runuser runs it as logcheck: the worker must run as root',
    ])
  })

  test('fire at the instants at which cron would run them, over a year', () => {
    const from = Date.UTC(2026, 0, 1) / 60_000
    const to = Date.UTC(2027, 0, 1) / 60_000
    const clock = clockMinutes('Europe/Berlin', from, to)
    for (const { body, text } of imported.crons) {
      const expected = runsOf(loadEntry(text.split(/\s+/).slice(0, 5).join(' '))!, clock, from)
      const spec = {
        expression: String(body.cron_expression),
        timezone: 'Europe/Berlin',
        dayMatch: 'or' as const,
      }
      const runs = nextRuns(spec, new Date(from * 60_000 - 1), expected.length + 1)
      expect([body.name, runs.slice(0, -1).map((run) => run.getTime() / 60_000)]).toEqual([
        body.name,
        expected,
      ])
      expect(runs.at(-1)!.getTime()).toBeGreaterThanOrEqual(to * 60_000)
    }
  })
})

describe('commands', () => {
  test('% ends the command and begins its input, \\% is a %', () => {
    expect(paramsOf(own('0 0 * * * mail -s "100\\% done" x%line 1%line 2\\%%\n'))).toMatchObject({
      command: 'mail -s "100% done" x',
      stdin: 'line 1\nline 2%\n',
    })
    expect(paramsOf(own('0 0 * * * cat%one\n')).stdin).toBe('one\n')
    expect(paramsOf(own('0 0 * * * date +\\%F\n'))).toMatchObject({ command: 'date +%F' })
    expect(paramsOf(own('0 0 * * * date +\\%F\n')).stdin).toBeUndefined()
    // A \ before a \ is taken away too, so that the % behind it is free.
    expect(paramsOf(own('0 0 * * * printf a\\\\b\\\\%x\n'))).toMatchObject({
      command: 'printf a\\b\\',
      stdin: 'x\n',
    })
  })

  test('run under SHELL, in HOME, with the variables above them and no others', () => {
    const text =
      'SHELL=/bin/bash\nA = "x  y" \n0 0 * * * one\nHOME=/srv\nA=\'z\'\nPATH=/opt/bin\n0 1 * * * two\n'
    const { crons } = own(text)
    expect(crons.map(({ body }) => body.handler_params)).toEqual([
      {
        argv: ['/bin/bash', '-c', 'one'],
        cwd: '/home/mina',
        env: { SHELL: '/bin/bash', A: 'x  y', PATH: '/usr/bin:/bin', HOME: '/home/mina', LOGNAME: 'mina' },
      },
      {
        argv: ['/bin/bash', '-c', 'two'],
        cwd: '/srv',
        env: { SHELL: '/bin/bash', A: 'z', PATH: '/opt/bin', HOME: '/srv', LOGNAME: 'mina' },
      },
    ])
  })

  test('whose HOME is no folder run in the folder of the worker, as cron leaves them in its own', () => {
    const { body, remarks } = onlyOf(own('HOME=/nowhere\n0 0 * * * x\n'))
    expect(body.handler_params).toEqual({
      command: 'x',
      env: { HOME: '/nowhere', SHELL: '/bin/sh', PATH: '/usr/bin:/bin', LOGNAME: 'mina' },
    })
    expect(remarks[0]).toMatch(/^\/nowhere is no folder here/)
  })

  test('of another user run through runuser where the worker is root, and not at all where it is not', () => {
    const line = '0 0 * * * www-data /bin/x\n'
    expect(paramsOf(system(line))).toEqual({
      argv: ['/usr/sbin/runuser', '-u', 'www-data', '--', '/bin/sh', '-c', '/bin/x'],
      cwd: '/var/www',
      env: { SHELL: '/bin/sh', PATH: '/usr/bin:/bin', HOME: '/var/www', LOGNAME: 'www-data' },
    })
    const refused = system(line, { workerUser: 'jobu' })
    expect(refused.crons).toEqual([])
    expect(refused.remarks[0]!.text).toMatch(/^it runs as www-data, and a worker that runs as jobu cannot/)
    expect(paramsOf(system(line, { workerUser: 'www-data' })).command).toBe('/bin/x')
  })
})

describe('variables that are for cron', () => {
  test('CRON_TZ is the zone of the lines below it', () => {
    const { crons } = own('0 9 * * * a\nCRON_TZ=Asia/Tokyo\n0 9 * * * b\n')
    expect(crons.map(({ body }) => body.timezone)).toEqual(['Europe/Berlin', 'Asia/Tokyo'])
    expect(crons[1]!.remarks[0]).toMatch(/Debian's cron ignores it and runs in Europe\/Berlin/)
    expect(crons[1]!.body.handler_params).not.toHaveProperty('env.CRON_TZ')
    expect(own('CRON_TZ=KST-9\n0 9 * * * a\n').remarks[0]!.text).toMatch(/CRON_TZ=KST-9 is no IANA time zone/)
  })

  test('RANDOM_DELAY becomes jitter where it fits into the interval', () => {
    expect(onlyOf(own('RANDOM_DELAY=10\n0 * * * * a\n')).body.jitter_seconds).toBe(600)
    const tooLong = onlyOf(own('RANDOM_DELAY=10\n*/5 * * * * a\n'))
    expect(tooLong.body.jitter_seconds).toBe(0)
    expect(tooLong.remarks[0]).toMatch(/RANDOM_DELAY=10 is not carried over/)
  })

  test("TZ is for the command only, as with Debian's cron", () => {
    const { body } = onlyOf(own('TZ=UTC\n0 9 * * * a\n'))
    expect(body).toMatchObject({ timezone: 'Europe/Berlin', handler_params: { env: { TZ: 'UTC' } } })
  })
})

describe('lines that cannot be carried over are listed with their reason', () => {
  test.each([
    ['@reboot x', /no start of a machine.*: @reboot x/],
    ['@every 5m x', /cron knows no @every/],
    ['5/10 * * * * x', /5-59\/10 is every so many.*ignores a file with such a line/],
    ['60 * * * * x', /bad minute "60": expected 0 to 59/],
    ['0 0 31 2 * x', /0 0 31 2 \* never comes/],
    ['0 0 * * *', /no command/],
    ['0 0 * *', /no command: expected five fields/],
    ['0 0 * * * * x', /refuses a command that begins with \*/],
    ['nonsense', /no command/],
    ['0 0 * * L x', /bad day of week "L"/],
  ])('%s', (line, message) => {
    const { crons, remarks } = own(`${line}\n1 1 * * * fine\n`)
    expect(crons.map(({ body }) => body.name)).toEqual(['fine'])
    expect(remarks).toEqual([{ file: 'f', line: 1, kind: 'skipped', text: expect.stringMatching(message) }])
  })

  test('what differs from a line stands with its cron', () => {
    const remarksOf = (line: string) => onlyOf(own(`${line}\n`)).remarks
    expect(remarksOf('0 9 * * FRI-MON x')[0]).toMatch(/never runs this line: it matches nothing by FRI-MON/)
    expect(onlyOf(own('0 9 * * FRI-MON x\n')).body).toMatchObject({
      cron_expression: '0 9 * * FRI,SAT,SUN,MON',
      is_enabled: false,
    })
    expect(remarksOf('*/90 * * * * x')).toEqual(['*/90 * * * * is written 0 * * * *'])
    expect(remarksOf('0 0 */2 * 1 x')[0]).toMatch(/day_match is "and"/)
    expect(remarksOf('0 0 * * 5#2 x')[0]).toMatch(/is written 0 0 \* \* 5/)
    expect(remarksOf('0 0 * * * x')).toEqual([])
  })

  test('a file without its last line end, and a line that asks not to be logged', () => {
    expect(own('0 0 * * * x').remarks).toEqual([
      expect.objectContaining({ line: 1, text: expect.stringMatching(/no line end/) }),
    ])
    const { crons, remarks } = own('-0 0 * * * x\n')
    expect(crons[0]!.body.cron_expression).toBe('0 0 * * *')
    expect(remarks[0]!.text).toMatch(/leading -/)
  })
})

describe('names', () => {
  const names = (text: string, options: Partial<ImportOptions> = {}) =>
    own(text, options).crons.map(({ body }) => body.name)

  test.each([
    ['/usr/local/bin/backup.sh --full /srv/data', 'backup.sh-data'],
    ['cd /srv && ./run.sh > /dev/null 2>&1', 'run.sh'],
    ['A=1 B=2 nice -n 10 /opt/report daily', 'report-daily'],
    ['[ -x /bin/x ] && /bin/x', 'x'],
    ['bash -lc "cd /srv; make all"', 'bash-cd-srv-make-all'],
    ['백업 실행', '백업-실행'],
    ['"$HOME/x"', 'x'],
    [':', expect.stringMatching(/^command-[0-9a-f]{6}$/)],
    ['x '.repeat(60), expect.stringMatching(/^[x-]{53}-[0-9a-f]{6}$/)],
  ])('%s is %s', (command, name) => {
    expect(names(`0 0 * * * ${command}\n`)).toEqual([name])
  })

  test('are unique and do not depend on the order of the lines', () => {
    const lines = ['0 0 * * * /a/run x', '0 0 * * * /b/run x', '0 1 * * * /b/run x', '0 0 * * * other']
    const forward = names(`${lines.join('\n')}\n`)
    expect(new Set(forward).size).toBe(4)
    expect(forward[3]).toBe('other')
    expect(names(`${[...lines].reverse().join('\n')}\n`)).toEqual([...forward].reverse())
    expect(names('0 0 * * * x\n0 0 * * * x\n')[1]).toMatch(/^x-[0-9a-f]{6}-2$/)
  })

  test('stay when a line gets another schedule, and begin with the prefix', () => {
    expect(names('0 0 * * * /a/run x\n', { prefix: 'web1-' })).toEqual(['web1-run-x'])
    expect(names('5 5 * * 1 /a/run x\n', { prefix: 'web1-' })).toEqual(['web1-run-x'])
  })
})
