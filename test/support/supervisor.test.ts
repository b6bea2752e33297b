import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type Supervised, supervise } from '../../scripts/lib/supervisor.mjs'

const script = fileURLToPath(new URL('fixtures/supervised.mjs', import.meta.url))
let service: Supervised

afterEach(() => service.kill())

/** A supervised service; `heard` emits each of its lines under its first word, and `say` for the supervisor's. */
function start(behaviour: string) {
  const heard = new EventEmitter()
  const said: string[] = []
  service = supervise({
    script,
    env: { ...process.env, BEHAVIOUR: behaviour },
    onLine: (line) => heard.emit(...(line.split(' ') as [string, string])),
    say: (text) => {
      said.push(text)
      heard.emit('say', text)
    },
  })
  return { heard, said }
}

const isAlive = (pid: string) => {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    return false
  }
}

describe('supervise', () => {
  test('says when the service is up, and stops it in order', async () => {
    const { heard, said } = start('plain')
    expect(await service.up).toEqual({ type: 'ready', address: 'http://sample' })
    await Promise.all([once(heard, 'bye'), service.stop(60_000)])
    expect(said).toEqual([])
  })

  test('a service that is killed is started again after a pause, and the supervisor says so', async () => {
    const { heard, said } = start('plain')
    const [first] = await once(heard, 'pid')
    process.kill(Number(first), 'SIGKILL')
    const [second] = await once(heard, 'pid')
    expect(second).not.toBe(first)
    expect(said).toEqual(['ended by SIGKILL; starting it again in 1 s'])
    await service.stop(60_000)
  })

  test('a service that refuses to start is not started again', async () => {
    const { said } = start('refuses')
    await expect(service.up).rejects.toThrow('ended while starting, with exit code 1')
    expect(said).toEqual([])
  })

  test('a service that ignores SIGTERM is killed when its time is up', async () => {
    const { said } = start('ignores-sigterm')
    await service.up
    await service.stop(200)
    expect(said).toEqual(['has not stopped within 0.2 s: killed'])
  })

  test('what a service leaves running in its group ends with it', async () => {
    const { heard } = start('leaves-child')
    const [child] = await once(heard, 'child')
    expect(isAlive(child)).toBe(true)
    await service.stop(60_000)
    // The kill was sent before stop resolved; the kernel may need a moment to carry it out.
    while (isAlive(child)) await new Promise(setImmediate)
  })
})
