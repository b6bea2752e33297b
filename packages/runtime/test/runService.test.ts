import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const running: ChildProcess[] = []

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

function run(args: string[], stdio: 'ipc' | 'ignore' = 'ignore') {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', stdio] })
  running.push(child)
  let output = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      for (const check of waiting) check()
    })
  }
  return {
    child,
    output: () => output,
    exit: once(child, 'close').then(([code]) => code as number | null),
    says: (text: string) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!output.includes(text)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
  }
}

const service = (...args: string[]) => run([fixture('service.mjs'), ...args])

describe('runService', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops the service once and exits 0', async (signal) => {
    const { child, says, exit, output } = service('plain')
    await says('service started')
    child.kill(signal)
    expect(await exit).toBe(0)
    expect(output().match(/stop called: SIG/g)).toHaveLength(1)
  })

  test('a second signal ends a stop that hangs, with 130', async () => {
    const { child, says, exit } = service('hangs-on-stop')
    await says('service started')
    child.kill('SIGTERM')
    await says('stop called')
    child.kill('SIGTERM')
    expect(await exit).toBe(130)
  })

  test('a signal during a start that hangs ends it with 0', async () => {
    const { child, says, exit } = service('never-up')
    await says('starting')
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })

  test('a stop that fails is logged and exits 1', async () => {
    const { child, says, exit, output } = service('fails-on-stop')
    await says('service started')
    child.kill('SIGTERM')
    expect(await exit).toBe(1)
    expect(output()).toContain('could not close')
  })

  test('an unhandled rejection is logged with its stack, stops the service and exits 1', async () => {
    const { exit, output } = service('crash')
    expect(await exit).toBe(1)
    expect(output()).toMatch(/uncaught error error="nobody caught this"\nError: nobody caught this\n {4}at /)
    expect(output()).toContain('stop called: uncaught error')
  })

  test('a port in use is one readable line and exit 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { exit, output } = service('port-taken', String(port))
    expect(await exit).toBe(1)
    expect(output()).toBe(
      `sample cannot start: 127.0.0.1:${port} is in use by another program; stop it or choose another port\n`,
    )
    other.close()
  })

  test('a programming error at start shows its stack', async () => {
    const { exit, output } = service('bug')
    expect(await exit).toBe(1)
    expect(output()).toMatch(
      /^sample cannot start: Cannot read properties of undefined.*\nTypeError: .*\n {4}at /,
    )
  })

  test('the launcher is told over IPC that the service is ready', async () => {
    const { child } = run([fixture('service.mjs'), 'plain'], 'ipc')
    expect((await once(child, 'message'))[0]).toEqual({ type: 'ready', address: 'http://sample' })
  })

  test('a service whose launcher was killed stops by itself', async () => {
    const { child, says, exit, output } = run([fixture('launcher.mjs')])
    await says('service started')
    child.kill('SIGKILL')
    // The service holds the launcher's stdout too: it closes when the service, too, is gone.
    await exit
    expect(output()).toContain('stop called: launcher gone')
  })
})
