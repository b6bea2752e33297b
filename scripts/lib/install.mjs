import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './run.mjs'

const WEB = join('apps', 'admin', 'web')

/**
 * Installs the dependencies as locked; quick when they are there.
 *
 * @param {{ signal?: AbortSignal, output?: 'stdout' | 'stderr', say?: (text: string) => void }} [options]
 * @throws when it fails; pnpm's output is on the terminal
 */
export async function install({ signal, output, say = console.log } = {}) {
  // pnpm ends an installation by writing the lockfile it has carried out.
  const wanted = read('pnpm-lock.yaml')
  if (wanted === undefined || wanted !== read('node_modules/.pnpm/lock.yaml')) {
    say('installing dependencies')
    const { packageManager } = JSON.parse(read('package.json'))
    const flags = [
      'install',
      '--frozen-lockfile',
      '--reporter=append-only',
      '--config.confirmModulesPurge=false',
    ]
    if ((await run('npx', ['--yes', packageManager, ...flags], { signal, output })) !== 0) {
      throw new Error('the dependencies could not be installed; the reason is above')
    }
  }
}

/**
 * Compiles the TypeScript that changed, and builds the web UI where it did.
 *
 * @param {{ signal?: AbortSignal, output?: 'stdout' | 'stderr' }} [options]
 * @throws when it fails; the compiler's output is on the terminal
 */
export async function build({ signal, output } = {}) {
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc')
  if ((await run(process.execPath, [compiler, '-b'], { signal, output })) !== 0) {
    throw new Error('the build failed; the reason is above')
  }
  if (isWebBuilt()) return
  const vite = join(WEB, 'node_modules', 'vite', 'bin', 'vite.js')
  if ((await run(process.execPath, [vite, 'build', WEB, '--logLevel', 'error'], { signal, output })) !== 0) {
    throw new Error('the web UI could not be built; the reason is above')
  }
}

/** Whether the page that Vite wrote last is newer than everything it is made of. */
function isWebBuilt() {
  const built = changedAt(`${WEB}/dist/index.html`)
  const sources = [
    'index.html',
    'package.json',
    'vite.config.ts',
    ...filesBelow('src'),
    ...filesBelow('public'),
  ]
  return sources.every((path) => changedAt(`${WEB}/${path}`) < built)
}

function filesBelow(folder) {
  return readdirSync(join(ROOT, WEB, folder), { recursive: true }).map((path) => join(folder, path))
}

function changedAt(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function read(path) {
  try {
    return readFileSync(join(ROOT, path), 'utf8')
  } catch {
    return undefined
  }
}
