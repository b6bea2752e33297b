import type { CronSpec } from './cronSpec.ts'
import { validateCron } from './validateCron.ts'

/** So many distinct expressions are remembered as valid. */
const MAX_REMEMBERED = 10_000

/** Refuses, at fire time, what SQL wrote past the API's checks; asks once per distinct expression. */
export class SpecGuard {
  readonly #minIntervalSeconds: number
  readonly #valid = new Set<string>()

  constructor(minIntervalSeconds: number) {
    this.#minIntervalSeconds = minIntervalSeconds
  }

  /** @throws CronError */
  check(spec: CronSpec): void {
    const key = `${spec.dayMatch}|${spec.timezone}|${spec.expression}`
    if (this.#valid.has(key)) return
    validateCron(spec, { minIntervalSeconds: this.#minIntervalSeconds })
    if (this.#valid.size >= MAX_REMEMBERED) this.#valid.clear()
    this.#valid.add(key)
  }
}
