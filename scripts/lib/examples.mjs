import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './run.mjs'

const REQUEST_TIMEOUT_MS = 10_000

/**
 * Creates the crons of examples/crons.yaml, once in the life of a data directory, and only where there is no cron yet.
 * A cron that admin refuses is reported and left out.
 */
export async function loadExamples({ url, token }, dataDir, { signal, say }) {
  const marker = join(dataDir, 'examples-loaded')
  if (existsSync(marker)) return
  const request = async (method, body) => {
    const response = await fetch(`${url}/api/v1/crons`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${response.status} ${answer.error?.message ?? ''}`)
    return answer
  }
  try {
    if ((await request('GET')).total === 0) {
      const { readCronFile } = await import('../../apps/cli/dist/cronFile/readCronFile.js')
      const text = readFileSync(join(ROOT, 'examples', 'crons.yaml'), 'utf8')
      const crons = readCronFile(text, 'examples/crons.yaml', { admin_url: url })
      for (const { name, body } of crons) {
        await request('POST', body).catch((error) =>
          say(`example cron "${name}" was refused: ${error.message}`),
        )
      }
      say(`loaded ${crons.length} example crons`)
    }
    writeFileSync(marker, '')
  } catch (error) {
    // A system without examples works; the next start tries again.
    say(`the example crons could not be loaded: ${error.message}`)
  }
}
