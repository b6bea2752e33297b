import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { shell } from '../src/builtin/shell.ts'
import { AbortReason, toJsonResult } from '../src/index.ts'
import { aContext } from './support/aContext.ts'
import { runHandler } from './support/runHandler.ts'

/** Reports the ids of a command that starts children, as `pids 1 2 3`, then waits. */
const FAMILY = 'sleep 1000 & a=$!; (sleep 1000 & echo "pids $$ $a $!"; wait) & wait'
const STUBBORN = `trap "" TERM; ${FAMILY}; while :; do sleep 1; done`

const CLEANER = 'trap "sleep 0.1; echo cleaned; exit 0" TERM; echo ready; while :; do sleep 0.05; done'

function isRunning(pid: number): boolean {
  try {
    // A zombie is dead; who reaps it depends on the machine's init.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Once none of them runs: the shortest of what they wait for ends by itself after a thousand seconds. */
async function gone(pids: number[]): Promise<void> {
  const deadline = Date.now() + 90_000
  while (pids.some(isRunning)) {
    if (Date.now() > deadline) throw new Error(`still running: ${pids.filter(isRunning)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function pidsOf(text: string): number[] {
  return text
    .replace(/^pids /, '')
    .split(' ')
    .map(Number)
}

describe('shell', () => {
  test('output goes to the log line by line as it comes, errors as warnings, and its end into the result', async () => {
    const command = 'echo one; echo two >&2; printf "three\\r\\nfour"'
    const ctx = aContext()
    const result = await runHandler(shell, { command }, ctx)
    expect(result).toEqual({
      exit_code: 0,
      stdout_tail: 'one\nthree\r\nfour',
      stderr_tail: 'two\n',
      duration_ms: expect.any(Number),
    })
    expect(ctx.lines.filter(({ level }) => level === 'info').map(({ message }) => message)).toEqual([
      'one',
      'three',
      'four',
    ])
    expect(ctx.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual(['two'])
  })

  test('a line is logged while the command still runs', async () => {
    const controller = new AbortController()
    const reason = new AbortReason('CANCELLED', 'seen')
    const ctx = aContext({ signal: controller.signal, onLine: () => controller.abort(reason) })
    await expect(runHandler(shell, { command: 'echo here; sleep 1000' }, ctx)).rejects.toBe(reason)
  })

  test('argv runs a program without a shell, stdin and cwd are given', async () => {
    const result = await runHandler(shell, { argv: ['cat', '-', '/dev/null'], stdin: '$HOME\n', cwd: '/' })
    expect(result.stdout_tail).toBe('$HOME\n')
    expect((await runHandler(shell, { command: 'pwd', cwd: '/usr' })).stdout_tail).toBe('/usr\n')
  })

  test('the command sees its env and a few variables, none of the secrets of the worker', async () => {
    process.env.JOBU_ADMIN_TOKEN = 's3cret'
    process.env.DATABASE_URL = 'postgres://s3cret'
    try {
      const { stdout_tail } = await runHandler(shell, { command: 'env', env: { COLOUR: 'red' } })
      const names = stdout_tail
        .trim()
        .split('\n')
        .map((line: string) => line.split('=')[0])
      expect(stdout_tail).toContain('COLOUR=red')
      expect(stdout_tail).toContain(`PATH=${process.env.PATH}`)
      expect(
        names.filter(
          (name: string) =>
            !['PATH', 'HOME', 'LANG', 'TZ', 'PWD', 'OLDPWD', 'SHLVL', '_', 'COLOUR'].includes(name),
        ),
      ).toEqual([])
    } finally {
      delete process.env.JOBU_ADMIN_TOKEN
      delete process.env.DATABASE_URL
    }
  })

  test('an unexpected exit code fails with it and the end of the errors; an expected one passes', async () => {
    const command = 'echo disk full >&2; exit 3'
    await expect(runHandler(shell, { command })).rejects.toMatchObject({
      code: 'SHELL_EXIT_UNEXPECTED',
      message: 'command exited with code 3, expected 0: disk full',
    })
    expect(await runHandler(shell, { command, expected_exit_codes: [0, 3] })).toMatchObject({ exit_code: 3 })
  })

  test('a command that a signal ends fails with the signal', async () => {
    await expect(runHandler(shell, { command: 'kill -SEGV $$' })).rejects.toThrow(
      'command was ended by SIGSEGV',
    )
  })

  test('a program and a folder that do not exist are named', async () => {
    await expect(runHandler(shell, { argv: ['/nope/x'] })).rejects.toThrow(/code 127.*\/nope\/x/)
    await expect(runHandler(shell, { command: 'pwd', cwd: '/nope' })).rejects.toThrow(
      'cwd /nope is not a folder',
    )
  })

  test('a command that the system cannot start is a failure with its reason', async () => {
    await expect(runHandler(shell, { argv: ['echo', 'x'.repeat(3_000_000)] })).rejects.toMatchObject({
      code: 'SHELL_START_FAILED',
      message: 'cannot start a command: spawn E2BIG',
    })
  })

  test('of much output without line ends the last 16 KiB are kept and the log gets bounded pieces', async () => {
    const ctx = aContext()
    const result = await runHandler(shell, { command: 'head -c 1000000 /dev/zero; printf "\\303"' }, ctx)
    expect(Buffer.byteLength(result.stdout_tail)).toBeLessThan(16 * 1024 * 3 + 1)
    expect(result.stdout_tail).toHaveLength(16 * 1024)
    expect(Math.max(...ctx.lines.map(({ message }) => message.length))).toBeLessThanOrEqual(8 * 1024)
    expect(ctx.lines.reduce((sum, { message }) => sum + message.length, 0)).toBe(1_000_001)
    expect(() => toJsonResult(result)).not.toThrow()
  })

  test('input that the command does not read is no error', async () => {
    expect(
      await runHandler(shell, { command: 'exec <&-; exit 0', stdin: 'x'.repeat(1_000_000) }),
    ).toMatchObject({ exit_code: 0 })
  })

  test.each([
    ['a family', FAMILY],
    ['one that ignores SIGTERM', STUBBORN],
  ])('an abort leaves no process of %s', async (_, command) => {
    const controller = new AbortController()
    const reason = new AbortReason('TIMEOUT', 'timed out')
    let pids: number[] = []
    const ctx = aContext({
      signal: controller.signal,
      onLine: ({ message }) => {
        pids = pidsOf(message)
        expect(pids.every(isRunning)).toBe(true)
        controller.abort(reason)
      },
    })
    await expect(runHandler(shell, { command }, ctx)).rejects.toBe(reason)
    expect(pids).toHaveLength(3)
    await gone(pids)
  })

  test.each([
    ['command', CLEANER],
    ["command's child whose parent is gone", `(${CLEANER}) & wait`],
  ])('an aborted %s has time to clean up', async (_, command) => {
    const controller = new AbortController()
    const ctx = aContext({
      signal: controller.signal,
      onLine: ({ message }) => message === 'ready' && controller.abort(new AbortReason('DRAIN', 'drain')),
    })
    await expect(runHandler(shell, { command }, ctx)).rejects.toThrow('drain')
    expect(ctx.lines.map(({ message }) => message)).toContain('cleaned')
  })

  test('children left behind by a command that ends are killed, also when they hold its output open', async () => {
    const result = await runHandler(shell, { command: 'sleep 1000 & echo "pids $!"; exit 0' })
    await gone(pidsOf(result.stdout_tail.trim()))
  })

  test('a process that left the group cannot keep the execution from ending', async () => {
    const result = await runHandler(shell, { command: 'setsid sleep 1000 & echo "pids $!"; sleep 0.1' })
    const [pid] = pidsOf(result.stdout_tail.trim())
    if (isRunning(pid!)) process.kill(pid!, 'SIGKILL')
    expect(result.exit_code).toBe(0)
  })

  test('an execution that is already aborted runs nothing of its command', async () => {
    const reason = new AbortReason('CANCELLED', 'too late')
    const ctx = aContext({ signal: AbortSignal.abort(reason) })
    await expect(runHandler(shell, { command: 'echo ran' }, ctx)).rejects.toBe(reason)
    expect(ctx.lines).toEqual([])
  })

  test('a worker killed by SIGKILL takes the whole group of its command with it', async () => {
    const jiti = join(
      createRequire(fileURLToPath(new URL('../package.json', import.meta.url))).resolve('jiti/package.json'),
      '../lib/jiti-cli.mjs',
    )
    const worker = spawn(
      process.execPath,
      [jiti, fileURLToPath(new URL('./support/shellWorker.ts', import.meta.url)), STUBBORN],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const line = await new Promise<string>((resolve) =>
      worker.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
    )
    const pids = pidsOf(line)
    expect(pids.filter(isRunning)).toHaveLength(3)
    worker.kill('SIGKILL')
    await gone(pids)
  })

  test.each([
    ['neither command nor argv', {}],
    ['both command and argv', { command: 'true', argv: ['true'] }],
    ['an empty argv', { argv: [] }],
  ])('%s is refused by the schema', async (_, params) => {
    await expect(runHandler(shell, params)).rejects.toMatchObject({ code: 'PARAMS_INVALID' })
  })
})
