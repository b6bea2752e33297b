import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { scriptHandler } from '../src/builtin/script.ts'
import { AbortReason, loadHandlers, type ScriptConfig } from '../src/index.ts'
import { aContext } from './support/aContext.ts'
import { memoryArtifacts } from './support/memoryArtifacts.ts'
import { runHandler } from './support/runHandler.ts'

let folder: string
let scripts: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobu-script-'))
  scripts = join(folder, 'scripts')
  await mkdir(scripts)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

let folders = 0
function aScript(
  config: Partial<ScriptConfig> = {},
  overrides: Parameters<typeof aContext>[0] = {},
  earlier: Parameters<typeof memoryArtifacts>[0] = [],
) {
  const memory = memoryArtifacts(earlier)
  const workDir = join(folder, `work-${++folders}`)
  const ctx = aContext({
    artifacts: memory.artifacts,
    async workDir() {
      await mkdir(workDir, { recursive: true })
      return workDir
    },
    ...overrides,
  })
  const handler = scriptHandler({
    path: scripts,
    allow_text: true,
    env: [],
    max_memory_mb: 256,
    python: 'python3',
    ...config,
  })
  return { ...memory, ctx, workDir, run: (params: object) => runHandler(handler as never, params, ctx) }
}

const failureOf = (running: Promise<unknown>) => running.then(() => undefined).catch((error) => error)

describe('script', () => {
  test.each([
    [
      'javascript',
      `console.log('at work'); console.error('careful'); console.log(JSON.stringify({ got: JSON.parse(require('node:fs').readFileSync(0)), args: process.argv.slice(2) }))`,
    ],
    [
      'typescript',
      `import { readFileSync } from 'node:fs'
      enum Word { AtWork = 'at work' }
      console.log(Word.AtWork); console.error('careful')
      const got: unknown = JSON.parse(readFileSync(0, 'utf8'))
      console.log(JSON.stringify({ got, args: process.argv.slice(2) } satisfies object))`,
    ],
    [
      'python',
      `import json, sys
print('at work'); print('careful', file=sys.stderr)
print(json.dumps({'got': json.load(sys.stdin), 'args': sys.argv[1:]}))`,
    ],
  ])(
    'in %s gets input and args, its lines are the log, and its last line of JSON the result',
    async (language, code) => {
      const { run, ctx } = aScript()
      const input = { rows: [1, '\uAC00'], nothing: null }
      const result = await run({ language, code, input, args: ['a b', '$HOME'] })
      expect(result).toEqual({ got: input, args: ['a b', '$HOME'] })
      expect(ctx.lines.map(({ level, message }) => `${level} ${message}`)).toEqual(
        expect.arrayContaining(['info at work', 'warn careful', expect.stringMatching(/^info \{"got"/)]),
      )
    },
  )

  test('that writes result.json has that as its result, whatever it prints; one that gives none has null', async () => {
    const write = (text: string) =>
      `require('node:fs').writeFileSync('result.json', ${JSON.stringify(text)}); console.log('{"a":1}')`
    expect(await aScript().run({ language: 'javascript', code: write('[1, 2]') })).toEqual([1, 2])
    expect(await aScript().run({ language: 'javascript', code: write('"x"') })).toBe('x')
    expect(await failureOf(aScript().run({ language: 'javascript', code: write('{') }))).toMatchObject({
      code: 'SCRIPT_RESULT_INVALID',
    })
    for (const line of ['done', '42', '{not json}', '']) {
      expect(
        await aScript().run({ language: 'javascript', code: `console.log(${JSON.stringify(line)})` }),
      ).toBeNull()
    }
  })

  test('works in its folder: inputs are artifacts it asked for, what it leaves in artifacts/ is kept', async () => {
    const { run, written, contentOf, ctx } = aScript({}, {}, [
      ['extract', 'rows.csv', 'a,b'],
      ['extract', '2026/more.csv', 'c,d'],
      ['other', 'note.txt', 'n'],
    ])
    const result = await run({
      language: 'python',
      artifacts: [{ task: 'extract', name: '*.csv' }, { name: 'note.txt' }],
      code: `
import os, json
found = {}
for at, _, names in os.walk('inputs'):
    for name in names: found[os.path.join(at, name)] = open(os.path.join(at, name)).read()
os.makedirs('artifacts/deep')
open('artifacts/deep/b.txt', 'w').write('B')
open('artifacts/a.txt', 'w').write('A')
os.symlink('/etc/passwd', 'artifacts/link')
print(json.dumps({'found': found, 'cwd': os.getcwd() == os.path.realpath(os.environ['HOME'])}))`,
    })
    expect(result).toEqual({
      found: { 'inputs/rows.csv': 'a,b', 'inputs/2026/more.csv': 'c,d', 'inputs/note.txt': 'n' },
      cwd: true,
    })
    expect(written.map(({ name }) => name).sort()).toEqual(['a.txt', 'deep/b.txt'])
    expect(String(contentOf('deep/b.txt'))).toBe('B')
    expect(ctx.lines.at(-1)).toMatchObject({ level: 'warn', fields: { name: 'link' } })
  })

  test('of artifacts that are missing, or of two of one name, says which', async () => {
    const earlier: Array<[string, string, string]> = [
      ['a', 'x', '1'],
      ['b', 'x', '2'],
    ]
    const code = 'process.exit(0)'
    const start = (artifacts: object[]) =>
      aScript({}, {}, earlier).run({ language: 'javascript', code, artifacts })
    await expect(start([{ task: 'c', name: 'x' }])).rejects.toMatchObject({
      code: 'ARTIFACT_MISSING',
      message: 'task "c" is not before this one, or left no artifact "x"',
    })
    await expect(start([{ name: 'x' }])).rejects.toThrow('two artifacts are named "x": name the task of one')
    await expect(
      start([
        { task: 'a', name: 'x' },
        { task: 'a', name: '*' },
      ]),
    ).resolves.toBeNull()
  })

  test('sees a few variables, those allowed and those given, none of the secrets of the worker', async () => {
    Object.assign(process.env, {
      DATABASE_URL: 'postgres://s3cret',
      JOBU_SECRET_X: 's3cret',
      REGION: 'seoul',
    })
    try {
      const { run, workDir } = aScript({ env: ['REGION'] })
      const seen = await run({
        language: 'javascript',
        code: 'console.log(JSON.stringify(process.env))',
        env: { COLOUR: 'red' },
      })
      expect(seen).toMatchObject({
        COLOUR: 'red',
        REGION: 'seoul',
        HOME: workDir,
        JOBU_EXECUTION_ID: '1',
        JOBU_ATTEMPT: '1',
      })
      expect(JSON.stringify(seen)).not.toContain('s3cret')
      const known =
        /^(PATH|LANG|TZ|HOME|TMPDIR|PYTHON\w+|JITI_FS_CACHE|JOBU_(EXECUTION_ID|ATTEMPT|SCHEDULED_TIME)|REGION|COLOUR|PWD|OLDPWD|SHLVL|_)$/
      expect(Object.keys(seen).filter((name) => !known.test(name))).toEqual([])
    } finally {
      for (const name of ['DATABASE_URL', 'JOBU_SECRET_X', 'REGION']) delete process.env[name]
    }
  })
})

describe('a script that fails', () => {
  test('in Python has its exception as the message and the traceback, causes included, as the trace', async () => {
    const code = `import sys
def parse(row):
    return int(row)
print('noise', file=sys.stderr)
try:
    parse('x')
except ValueError as error:
    raise RuntimeError('row 7 is bad') from error`
    const error = await failureOf(aScript().run({ language: 'python', code }))
    expect(error).toMatchObject({ code: 'SCRIPT_FAILED', message: 'RuntimeError: row 7 is bad' })
    expect(error.stack).toMatch(
      /^Traceback[\s\S]*line 3, in parse[\s\S]*ValueError: invalid literal[\s\S]*direct cause[\s\S]*line 8, in <module>[\s\S]*RuntimeError: row 7 is bad$/,
    )
    expect(error.stack).not.toContain('noise')
  })

  test.each([
    ['javascript', 1, `class DataError extends Error { name = 'DataError' }`],
    ['typescript', 2, `interface Row { id: number }\ntype Rows = Row[]`],
  ])('in %s has the line at fault, as its author wrote it', async (language, lines, code) => {
    const body = `${code}\nconst parse = () => {\n  throw new TypeError('row 7 is bad')\n}\nconsole.error('noise')\nparse()`
    const error = await failureOf(aScript().run({ language, code: body }))
    expect(error).toMatchObject({ code: 'SCRIPT_FAILED', message: 'TypeError: row 7 is bad' })
    const at = (line: number) => new RegExp(`script\\.[jt]s:${line}:\\d+\\)?$`, 'm')
    expect(error.stack).toMatch(at(lines + 2))
    expect(error.stack).toMatch(at(lines + 5))
    expect(error.stack).not.toContain('Node.js v')
  })

  test('by a fault of its syntax names the line', async () => {
    const js = await failureOf(aScript().run({ language: 'javascript', code: 'const a = 1\nconst b = = 2' }))
    expect(js.message).toBe("SyntaxError: Unexpected token '='")
    expect(js.stack).toMatch(/script\.js:2\nconst b = = 2/)
    const python = await failureOf(aScript().run({ language: 'python', code: 'a = 1\nb = = 2' }))
    expect(python.message).toBe('SyntaxError: invalid syntax')
    expect(python.stack).toMatch(/script\.py", line 2\n\s+b = = 2/)
    const ts = await failureOf(
      aScript().run({ language: 'typescript', code: 'let a: number = 1\nlet b = = 2' }),
    )
    expect(ts.stack).toMatch(/script\.ts:2/)
  })

  test('without an exception has how it ended and its last line', async () => {
    const code = `console.error('first'); console.error('disk full'); process.exit(3)`
    expect(await failureOf(aScript().run({ language: 'javascript', code }))).toMatchObject({
      message: 'script exited with code 3: disk full',
    })
    const killed = `process.kill(process.pid, 'SIGSEGV'); setTimeout(() => {}, 1000)`
    expect(await failureOf(aScript().run({ language: 'javascript', code: killed }))).toMatchObject({
      message: 'script was ended by SIGSEGV',
    })
  })

  test('keeps the artifacts it has left by then', async () => {
    const { run, written } = aScript()
    const code = `require('node:fs').writeFileSync('artifacts/seen.txt', 'x'); process.exit(1)`
    await failureOf(run({ language: 'javascript', code }))
    expect(written.map(({ name }) => name)).toEqual(['seen.txt'])
  })

  test.each([
    [
      'javascript',
      `const all = []; for (;;) all.push(new Array(1e5).fill(all.length + 0.5))`,
      /JavaScript heap out of memory/,
    ],
    ['python', `all = bytearray(500 * 1024 * 1024)`, /MemoryError/],
  ])('by taking more memory than it may says so, in %s', async (language, code, message) => {
    const error = await failureOf(aScript().run({ language, code, memory_mb: 128 }))
    expect(error.message).toMatch(message)
  })
})

describe('a script that is aborted', () => {
  test('is killed with all that it started', async () => {
    const controller = new AbortController()
    const reason = new AbortReason('TIMEOUT', 'timed out')
    let pids: number[] = []
    const { run } = aScript(
      {},
      {
        signal: controller.signal,
        onLine: ({ message }) => {
          pids = message.split(' ').map(Number)
          controller.abort(reason)
        },
      },
    )
    const code = `import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'])
print(os.getpid(), child.pid)
time.sleep(600)`
    expect(await failureOf(run({ language: 'python', code }))).toBe(reason)
    expect(pids).toHaveLength(2)
    const isRunning = (pid: number) => {
      try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    }
    for (const deadline = Date.now() + 2_000; pids.some(isRunning); await pause(10)) {
      if (Date.now() > deadline) throw new Error(`still running: ${pids.filter(isRunning)}`)
    }
  })
})

describe('the files of scripts', () => {
  test('are found by name in their folder, with what lies beside them, and tell their language', async () => {
    await mkdir(join(scripts, 'nightly'))
    await writeFile(
      join(scripts, 'nightly/main.ts'),
      `import { word } from './word'\nconsole.log(JSON.stringify({ word: word as string }))`,
    )
    await writeFile(join(scripts, 'nightly/word.ts'), `export const word: string = 'beside'`)
    await writeFile(join(scripts, 'main.py'), `import helper; print('{"word": "%s"}' % helper.word)`)
    await writeFile(join(scripts, 'helper.py'), `word = 'beside'`)
    await writeFile(
      join(scripts, 'main.mjs'),
      `export {}; console.log(JSON.stringify({ word: await 'beside' }))`,
    )
    for (const file of ['nightly/main.ts', 'main.py', 'main.mjs']) {
      expect(await aScript().run({ file })).toEqual({ word: 'beside' })
    }
    expect((await readdir(scripts, { recursive: true })).sort()).toEqual([
      'helper.py',
      'main.mjs',
      'main.py',
      'nightly',
      'nightly/main.ts',
      'nightly/word.ts',
    ])
  })

  test('are none outside of it, also not by a link', async () => {
    await writeFile(join(folder, 'outside.js'), '')
    await symlink(join(folder, 'outside.js'), join(scripts, 'link.js'))
    for (const file of ['../outside.js', 'link.js', 'nope.js', '/etc/passwd', '.', '']) {
      const error = await failureOf(aScript().run({ language: 'javascript', file }))
      expect(error.message).toMatch(/there is no file|file: /)
    }
  })
})

describe('what the configuration allows', () => {
  test('is the rule: without a folder no file, without allow_text no text, and no more memory', async () => {
    const refused = async (config: Partial<ScriptConfig>, params: object, message: string) =>
      expect(aScript(config).run({ language: 'javascript', ...params })).rejects.toMatchObject({
        code: 'PARAMS_INVALID',
        message: expect.stringContaining(message),
      })
    await refused(
      { allow_text: false },
      { code: '1' },
      'code: text is not allowed on this worker (worker.script.allow_text)',
    )
    await refused(
      { path: null },
      { file: 'a.js' },
      'file: no folder of scripts is configured on this worker (worker.script.path)',
    )
    await refused({}, { code: '1', memory_mb: 512 }, 'memory_mb')
    await refused({}, {}, 'give either file or code')
    await refused({}, { code: '1', language: undefined }, 'language')
  })

  test('decides whether there is the handler at all', async () => {
    const script = { path: null, allow_text: true, env: [], max_memory_mb: 64, python: 'python3' }
    const names = async (enabled: boolean) =>
      (await loadHandlers({ script: { enabled, ...script } })).registry.names()
    expect(await names(false)).not.toContain('script')
    expect(await names(true)).toContain('script')
  })
})
