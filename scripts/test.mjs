// npm test [jest arguments]: installs, then format and lint, build, types, tests; the first that fails ends it.
import './lib/nodeVersion.mjs'

const { build, install } = await import('./lib/install.mjs')
const { run } = await import('./lib/run.mjs')
const { runTests } = await import('./lib/runTests.mjs')

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
process.exit(await runTests(process.argv.slice(2)))
