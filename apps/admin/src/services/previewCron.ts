import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { type CronLocale, type CronSpec, describeCron, dstNote, nextRun } from '@jobu/cron'

/** The search for the runs of a rare expression ends here, in milliseconds, with what was found. */
const BUDGET_MS = 2_000
const END = Date.UTC(10_000, 0, 1)

/**
 * The next runs of a cron and its words. `daylight_saving` is there where the clocks' change moved a run or makes one
 * of two that show the same time.
 *
 * @param from  exclusive
 */
export async function previewCron(spec: CronSpec, from: Date, count: number, locale: CronLocale = 'en') {
  const deadline = performance.now() + BUDGET_MS
  const next: Date[] = []
  let run: Date | null = nextRun(spec, from)
  while (run && run.getTime() < END) {
    next.push(run)
    if (next.length === count || performance.now() > deadline) break
    // One run of `0 0 31 12 5#5` costs 9 ms: other requests are answered in between.
    if (next.length % 10 === 0) await yieldToOthers()
    run = nextRun(spec, run)
  }
  const moved = next.flatMap((at) => {
    const effect = dstNote(spec, at)
    return effect ? [{ at, effect }] : []
  })
  return {
    next,
    description: describeCron(spec, locale),
    ...(moved.length > 0 ? { daylight_saving: moved } : {}),
  }
}
