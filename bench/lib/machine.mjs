import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../scripts/lib/run.mjs'
import { CONTENDERS } from '../contenders/index.mjs'
import { versionOf } from './runtime.mjs'

/**
 * What the figures hang on, for the report.
 *
 * @param {{ server: { version: string, settings: string }, node: { version: string }, args: string[], seconds: number }} run
 * @returns {Array<[string, string]>}
 */
export function describeRun({ server, node, args, seconds }) {
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  const jobuVersion = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version
  const contenders = Object.values(CONTENDERS)
  const peers = contenders.filter((one) => one.package).map((one) => `${one.name} ${versionOf(one.package)}`)
  return [
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')],
    ['command', `\`${command}\`, ${Math.round(seconds / 6) / 10} minutes`],
    [
      'machine',
      `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}`,
    ],
    [
      'versions',
      [
        `jobu ${jobuVersion}`,
        ...peers,
        `Node ${node.version.slice(1)} for all`,
        `PostgreSQL ${server.version}`,
      ].join(', '),
    ],
    ['PostgreSQL', `embedded, as \`npm start\` starts it, the same for all: ${server.settings}`],
    ...contenders.flatMap(({ name, settings }) => [
      [name, `drain: ${settings.drain}; idle latency: ${settings.latency}`],
    ]),
  ]
}
