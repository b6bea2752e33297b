// npm run bench [-- options]: measures jobu beside its peers on one embedded PostgreSQL; see docs/performance.md.
import './lib/nodeVersion.mjs'

const { parseOptions } = await import('../bench/lib/options.mjs')
const { build, install } = await import('./lib/install.mjs')
const { installBench } = await import('../bench/lib/runtime.mjs')

const args = process.argv.slice(2)
const startedAt = performance.now()
const say = (text) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`)
const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) {
  process.on(name, () => {
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort(new Error(`stopped by ${name}`))
  })
}
const { signal } = stopping

try {
  const options = parseOptions(args)
  if (options.isBuilt) {
    await install({ signal, say })
    await build({ signal })
  }
  await installBench({ signal, say })
  const { main } = await import('../bench/main.mjs')
  await main(options, { args, signal, say })
  process.exit(0)
} catch (error) {
  console.error(`npm run bench: ${signal.aborted ? signal.reason.message : (error.stack ?? error)}`)
  process.exit(signal.aborted ? 130 : 1)
}
