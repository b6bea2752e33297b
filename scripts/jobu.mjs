#!/usr/bin/env node
// npm run jobu -- command ...: the command line client; builds itself first where something changed.
import './lib/nodeVersion.mjs'

const { build, install } = await import('./lib/install.mjs')
try {
  // Only the payload goes to stdout.
  const options = { output: 'stderr', say: console.error }
  await install(options)
  await build(options)
} catch (error) {
  console.error(`npm run jobu: ${error.message}`)
  process.exit(1)
}
await import('../apps/cli/dist/main.js')
