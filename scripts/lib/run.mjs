import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The checkout's top folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/**
 * Runs a program in the checkout or elsewhere, its output on this terminal.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal, output?: 'stdout' | 'stderr' }} [options] `signal` ends it
 *        with SIGTERM; `output` is where what it says goes
 * @returns {Promise<number>} its exit code; 1 when a signal ended it
 */
export async function run(command, args, { cwd = ROOT, env = process.env, signal, output = 'stdout' } = {}) {
  const stdio = ['ignore', output === 'stdout' ? 1 : 2, 2]
  const child = spawn(command, args, { cwd, env, signal, stdio })
  try {
    const [code] = await once(child, 'exit')
    return code ?? 1
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error(`${command} is not installed`)
    if (error.name !== 'AbortError') throw error
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return 1
  }
}
