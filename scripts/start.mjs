// npm start [service...]: installs, builds, starts an embedded PostgreSQL and the services, and stops them all in order.
import './lib/nodeVersion.mjs'

const { launch } = await import('./lib/launch.mjs')
process.exit(await launch(process.argv.slice(2)))
