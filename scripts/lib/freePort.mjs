import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A TCP port that nobody listens on: the first of `wanted` that is free, else any.
 *
 * @param {number[]} wanted
 * @param {string} [host] where it must be free; default: 127.0.0.1
 */
export async function freePort(wanted = [], host = '127.0.0.1') {
  for (const port of [...wanted, 0]) {
    const server = createServer().listen({ port, host, exclusive: true })
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    const { port: found } = server.address()
    await new Promise((resolve) => server.close(resolve))
    return found
  }
  throw new Error('there is no free port')
}
