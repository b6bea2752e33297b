import { nowUs } from '../lib/clock.mjs'

/**
 * The trivial handler of every contender, and what it tells the driver over IPC: when the first job started, how many
 * have since (at most every few milliseconds, so that telling costs next to nothing), and, of jobs that carry the
 * instant they were enqueued at, how long it took until they started.
 */
const REPORT_INTERVAL_MS = 10

let count = 0
let reported = 0
let firstAt = 0
/** Microseconds from `payload.sentAt`, with the instant of the start. @type {Array<[number, number]>} */
let waits = []

/** @param {{ sentAt?: number, echo?: number }} payload */
export function handled(payload, context) {
  if (count++ === 0) firstAt = nowUs()
  if (payload?.sentAt !== undefined) {
    const now = nowUs()
    waits.push([now, now - payload.sentAt])
  }
  if (payload?.echo !== undefined) process.send({ type: 'started', echo: payload.echo, at: nowUs() })
  if (payload?.slot) {
    const at = Date.now()
    process.send({ type: 'slot', at, lateMs: context ? at - context.execution.scheduledTime : undefined })
  }
}

setInterval(() => {
  if (count === reported) return
  reported = count
  process.send?.({ type: 'progress', count, firstAt })
}, REPORT_INTERVAL_MS).unref()

process.on('message', (message) => {
  if (message?.command !== 'waits') return
  process.send({ id: message.id, result: waits })
  waits = []
})
// A service of jobu watches its parent itself.
process.on('disconnect', () => process.exit(0))
