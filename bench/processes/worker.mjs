// worker.mjs <contender> <url> <profile> <options as JSON>: works for one contender until SIGTERM.
import { CONTENDERS } from '../contenders/index.mjs'
import { handled } from './probe.mjs'

const [name, url, profile, options] = process.argv.slice(2)
const stop = await CONTENDERS[name].startWorker(url, profile, handled, JSON.parse(options))
process.on('SIGTERM', () => void stop().finally(() => process.exit(0)))
process.send({ type: 'ready' })
