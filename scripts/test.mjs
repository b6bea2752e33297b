// npm test [jest arguments]: installs, then format and lint, build, types, tests; the first that fails ends it.
import './lib/nodeVersion.mjs'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const { build, install } = await import('./lib/install.mjs')
const { run } = await import('./lib/run.mjs')

const directory = mkdtempSync(join(tmpdir(), 'jobu-test-'))
const results = join(directory, 'results.json')
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
// The step that runs gets a terminal's Ctrl+C too, and its exit ends this.
process.on('SIGINT', () => {})

async function step(...args) {
  const code = await run(process.execPath, args)
  if (code !== 0) process.exit(code)
}

try {
  await install()
  await step('node_modules/@biomejs/biome/bin/biome', 'check', '.')
  await build()
} catch (error) {
  console.error(`npm test: ${error.message}`)
  process.exit(1)
}
await step('node_modules/typescript/bin/tsc', '-p', 'apps/admin/web')
await step('node_modules/typescript/bin/tsc', '-p', 'tsconfig.tests.json')
const code = await run(process.execPath, [
  ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
  ...['--json', `--outputFile=${results}`, ...process.argv.slice(2)],
])
if (existsSync(results)) {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'))
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''
  console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped}`)
}
process.exit(code)
