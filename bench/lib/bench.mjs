import { Process } from './processes.mjs'

/**
 * One run of the benchmark: the server, the Node the contenders run on, and what is common to the sections.
 *
 * @typedef {object} Measure  one line of the table
 * @property {string} what
 * @property {string} unit
 * @property {'more' | 'less'} better
 * @property {Record<string, Array<number | null>>} values  by contender's name, one value a round
 * @property {{ ratio: number } | { most: number } | { least: number }} [goal]  of the ratio, or of jobu's own median
 * @property {string} [against]  whom jobu is compared with, by name; default: the better of the others
 * @property {boolean} [isDetail]  goes into the second table
 */
export class Bench {
  #prepared = new Set()
  /** @type {Record<string, Measure[]>} */
  results = {}

  /**
   * @param {{ server: import('./server.mjs').Server, node: { path: string, version: string }, options: import('./options.mjs').Options,
   *           say(text: string): void }} parts
   */
  constructor({ server, node, options, say }) {
    this.server = server
    this.node = node
    this.options = options
    this.say = say
  }

  /** A fresh database with a contender's tables. @returns its URL */
  async freshDatabase(key, name = `bench_${key.toLowerCase()}`) {
    const template = `template_${key.toLowerCase()}`
    if (!this.#prepared.has(key)) {
      await this.server.create(template)
      const client = this.#spawnClient(key, this.server.url(template))
      await client.ask('prepare')
      await client.stop()
      this.#prepared.add(key)
    }
    await this.server.create(name, template)
    return this.server.url(name)
  }

  /** The process that enqueues for a contender. */
  async client(key, url, target) {
    const client = this.#spawnClient(key, url)
    await client.ask('open', target)
    return client
  }

  /** A worker process; it claims as soon as it is up. */
  worker(key, contender, url, profile, options = {}, execArgv = []) {
    const own = contender.workerProcess?.(profile, url)
    return new Process({
      node: this.node.path,
      execArgv,
      script: own?.script ?? 'bench/processes/worker.mjs',
      args: own ? [] : [key, url, profile, JSON.stringify(options)],
      env: own?.env,
    })
  }

  #spawnClient(key, url) {
    return new Process({ node: this.node.path, script: 'bench/processes/client.mjs', args: [key, url] })
  }
}

/**
 * Runs every contender once a round, starting with another one each time: what a machine does to one of them by
 * heating up or by somebody else's work, it does to all.
 *
 * @template T
 * @param {string[]} keys
 * @param {number} rounds
 * @param {(key: string, round: number) => Promise<T>} run
 * @returns {Promise<Record<string, T[]>>}
 */
export async function alternate(keys, rounds, run) {
  const found = Object.fromEntries(keys.map((key) => [key, []]))
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < keys.length; turn++) {
      const key = keys[(turn + round) % keys.length]
      found[key].push(await run(key, round))
    }
  }
  return found
}
