// client.mjs <contender> <url>: enqueues for one contender on the driver's command.
import { setTimeout as delay } from 'node:timers/promises'
import { CONTENDERS } from '../contenders/index.mjs'
import { nowUs, secondsSince } from '../lib/clock.mjs'
import { serve } from './commands.mjs'

const [name, url] = process.argv.slice(2)
const contender = CONTENDERS[name]
/** @type {import('../contenders/index.mjs').Client} */
let client

serve({
  prepare: () => contender.prepare(url),
  open: async (target) => {
    client = await contender.openClient(url, target)
  },

  /** Enqueues `count` jobs in calls of `batch`. @returns seconds */
  async enqueue({ count, batch }) {
    const startedAt = nowUs()
    for (let from = 0; from < count; from += batch) {
      const length = Math.min(batch, count - from)
      await client.insertMany(Array.from({ length }, (_, index) => ({ n: from + index })))
    }
    return secondsSince(startedAt)
  },

  /** Enqueues one job that says when it starts. @returns when it was sent, and when that was answered */
  async one({ echo }) {
    const sentAt = nowUs()
    await client.insertOne({ echo })
    return { sentAt, answeredAt: nowUs() }
  },

  /** Enqueues `rate` jobs a second for `seconds`, a batch every `everyMs`, none of them late because an earlier was. */
  async steady({ rate, seconds, everyMs }) {
    const startedAt = performance.now()
    let sent = 0
    while (performance.now() - startedAt < seconds * 1000) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * rate)
      if (due > sent) {
        const sentAt = nowUs()
        await client.insertMany(Array.from({ length: due - sent }, () => ({ sentAt })))
        sent = due
      }
      await delay(everyMs)
    }
    return sent
  },

  schedule: (options) => client.schedule(options),
  close: () => client.close(),
})
