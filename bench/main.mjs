import { join } from 'node:path'
import { ROOT } from '../scripts/lib/run.mjs'
import { Bench } from './lib/bench.mjs'
import { describeRun } from './lib/machine.mjs'
import { stopAll } from './lib/processes.mjs'
import { missed, report, writeReport } from './lib/report.mjs'
import { benchNode } from './lib/runtime.mjs'
import { Server } from './lib/server.mjs'

/**
 * Runs the sections one after another on one server, and reports.
 *
 * @param {import('./lib/options.mjs').Options} options
 * @param {{ args: string[], signal: AbortSignal, say(text: string): void }} run
 */
export async function main(options, { args, signal, say }) {
  const startedAt = performance.now()
  const node = benchNode()
  const server = await Server.start(join(ROOT, '.jobu', 'bench'), signal)
  const interrupted = new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason)),
  )
  try {
    const bench = new Bench({ server, node, options, say })
    const measures = []
    for (const name of options.sections) {
      say(name)
      const { run } = await import(`./sections/${name}.mjs`)
      const section = run(bench)
      // One that is interrupted fails a moment later, when nobody listens any more.
      section.catch(() => {})
      const found = await Promise.race([section, interrupted])
      bench.results[name] = found
      measures.push(...found)
      await stopAll()
    }
    const seconds = (performance.now() - startedAt) / 1000
    const facts = describeRun({ server: await server.describe(), node, args, seconds })
    console.log(`\n${report(facts, measures)}\n`)
    for (const { what } of missed(measures)) say(`not reached: ${what}`)
    if (options.isWritten) {
      writeReport(facts, measures)
      say('written to docs/performance.md')
    }
  } finally {
    await stopAll({ forGood: true })
    await server.stop()
  }
}
