import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/index.ts'
import type { Io } from '../../src/io.ts'

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Commands against a server, as functions; each call is a process' worth of its own. */
export function cliFor(url: string, token: string) {
  const folder = mkdtempSync(join(tmpdir(), 'jobu-cli-'))
  async function cli(args: string[], changes: Partial<Io> = {}): Promise<Outcome> {
    const outcome = { code: 0, stdout: '', stderr: '' }
    const io: Io = {
      env: { JOBU_URL: url, JOBU_TOKEN: token },
      root: folder,
      readStdin: async () => '',
      ask: null,
      width: null,
      signal: new AbortController().signal,
      ...changes,
      stdout: (text) => {
        outcome.stdout += text
        changes.stdout?.(text)
      },
      stderr: (text) => {
        outcome.stderr += text
        changes.stderr?.(text)
      },
    }
    outcome.code = await run(args, io)
    return outcome
  }
  return {
    cli,
    folder,
    /** The JSON that a command prints; the command must succeed. */
    async json(args: string[], changes: Partial<Io> = {}) {
      const outcome = await cli([...args, '--json'], changes)
      if (outcome.code !== 0) throw new Error(`exit code ${outcome.code}: ${outcome.stderr}`)
      return JSON.parse(outcome.stdout)
    },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  }
}
