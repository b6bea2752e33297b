import { BoundedMap } from './boundedMap.ts'
import type { CronSpec } from './cronSpec.ts'
import { nextRun } from './nextRun.ts'

/**
 * `nextRun` computed once per (expression, zone, day match, instant): at the top of the hour many rows share all of
 * them. Make one per dispatcher; it keeps the 10,000 newest answers (about 3 MB).
 */
export class NextRunMemo {
  readonly #runs = new BoundedMap<string, number | null>(10_000)

  /** As `nextRun`; the Date returned is the caller's own. */
  nextRun(spec: CronSpec, after: Date): Date | null {
    const key = `${spec.dayMatch}|${spec.timezone}|${after.getTime()}|${spec.expression}`
    const run = this.#runs.getOrMake(key, () => nextRun(spec, after)?.getTime() ?? null)
    return run === null ? null : new Date(run)
  }
}
