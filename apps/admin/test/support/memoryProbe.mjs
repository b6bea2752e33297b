// Loaded into a service (node --import): on SIGUSR2 it collects its garbage and writes what it still holds.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

process.on('SIGUSR2', () => {
  collect()
  // What finalizers free, the next one takes.
  setTimeout(() => {
    collect()
    const { rss, heapUsed, external } = process.memoryUsage()
    process.stdout.write(`memory ${JSON.stringify({ rss, heapUsed, external })}\n`)
  }, 200)
})
