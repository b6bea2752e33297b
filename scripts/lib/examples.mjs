import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from './run.mjs'

const REQUEST_TIMEOUT_MS = 10_000

/**
 * Creates the crons of examples/crons.yaml and the schedules of examples/schedules.yaml, once in the life of a data
 * directory, and only where there are none yet. What admin refuses is reported and left out.
 */
export async function loadExamples({ url, token }, dataDir, { signal, say }) {
  const marker = join(dataDir, 'examples-loaded')
  if (existsSync(marker)) return
  const request = async (method, path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${response.status} ${answer.error?.message ?? ''}`)
    return answer
  }
  /** @param read  [name, body] of each example */
  const load = async (kind, path, read) => {
    if ((await request('GET', path)).total > 0) return
    const examples = await read(readFileSync(join(ROOT, 'examples', `${kind}s.yaml`), 'utf8'))
    for (const [name, body] of examples) {
      await request('POST', path, body).catch((error) =>
        say(`example ${kind} "${name}" was refused: ${error.message}`),
      )
    }
    say(`loaded ${examples.length} example ${kind}${examples.length === 1 ? '' : 's'}`)
  }
  try {
    await load('cron', '/crons', async (text) => {
      const { readCronFile } = await import('../../apps/cli/dist/cronFile/readCronFile.js')
      const crons = readCronFile(text, 'examples/crons.yaml', { admin_url: url })
      return crons.map(({ name, body }) => [name, body])
    })
    await load('schedule', '/schedules', (text) => {
      const { parse } = createRequire(join(ROOT, 'apps', 'cli', 'package.json'))('yaml')
      return parse(text).schedules.map((body) => [body.title, body])
    })
    writeFileSync(marker, '')
  } catch (error) {
    // A system without examples works; the next start tries again.
    say(`the examples could not be loaded: ${error.message}`)
  }
}
