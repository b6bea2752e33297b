import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type ServiceName = 'dispatcher' | 'worker' | 'admin'

/** A service of the build as a process of its own, as it is deployed. */
export interface ServiceProcess {
  readonly name: ServiceName
  readonly child: ChildProcess
  /** What it has written so far, both streams. */
  output(): string
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** Ends it in order. @returns its exit code */
  stop(): Promise<number | null>
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Starts a service; resolves once it says that it is up. @throws with its output when it ends before */
export async function startService(name: ServiceName, env: Record<string, string>): Promise<ServiceProcess> {
  const service = spawnService(name, env)
  const ended = once(service.child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with code ${code} before it was up:\n${service.output()}`)
  })
  const up = new Promise<void>((resolve) => {
    const look = () => {
      if (service.output().includes('service started')) resolve()
    }
    service.child.stdout!.on('data', look)
    service.child.stderr!.on('data', look)
  })
  await Promise.race([up, ended])
  ended.catch(() => {})
  return service
}

/** Starts a service without waiting for it: for one that is expected not to come up. */
export function spawnService(name: ServiceName, env: Record<string, string>): ServiceProcess {
  const child = spawn(process.execPath, [`apps/${name}/dist/main.js`], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const exited = once(child, 'exit')
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    name,
    child,
    output: () => output,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

/** Resolves with the exit code of a service that ends by itself. */
export async function exitOf(service: ServiceProcess): Promise<number | null> {
  if (service.child.exitCode === null && service.child.signalCode === null) await once(service.child, 'exit')
  return service.child.exitCode
}
