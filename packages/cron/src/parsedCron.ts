import { CronDate, CronPattern } from 'croner'
import { BoundedMap } from './boundedMap.ts'
import { CronError } from './cronError.ts'
import type { CronSpec } from './cronSpec.ts'

const DAY_MS = 86_400_000

// Parsing costs about ten times what finding the next run does; 1,000 parsed expressions hold 3 MB.
const parsed = new BoundedMap<string, ParsedCron>(1_000)

/**
 * The sets of an expression, as croner reads it. croner's own search is not used: a pattern that daylight saving
 * always skips (`* 2 8-14 3 SUN`, both days) keeps it busy for seconds to minutes, and it loses runs in gaps that
 * end at midnight. What it knows of the dialect (names, `L`, `W`, `#`) is asked through `CronPattern` and `match`.
 */
export class ParsedCron {
  /** Ascending; not empty. */
  readonly seconds: number[]
  readonly minutes: number[]
  readonly hours: number[]
  /** No wildcard and no step in seconds, minutes and hours: daylight saving moves such runs instead of dropping them. */
  readonly isFixedTime: boolean
  readonly #pattern: CronPattern
  readonly #options: { domAndDow: boolean }
  readonly #probe: CronDate

  private constructor(expression: string, dayMatch: CronSpec['dayMatch']) {
    this.#pattern = new CronPattern(expression, undefined, {
      mode: '5-or-6-parts',
      fixedTimeRule: 'no-wildcard',
    })
    // 10,000 flags (80 KB) that say "every year", and are not read when starYear is true, which it always is here.
    this.#pattern.year = []
    this.#options = { domAndDow: dayMatch === 'and' }
    this.seconds = membersOf(this.#pattern.second)
    this.minutes = membersOf(this.#pattern.minute)
    this.hours = membersOf(this.#pattern.hour)
    this.isFixedTime = this.#pattern.isFixedTime
    this.#probe = new CronDate(new Date(0), 0)
    this.#probe.hour = this.hours[0]!
    this.#probe.minute = this.minutes[0]!
    this.#probe.second = this.seconds[0]!
  }

  /** @throws CronError CRON_EXPRESSION_INVALID with croner's words as the cause */
  static of(spec: CronSpec): ParsedCron {
    return parsed.getOrMake(`${spec.dayMatch} ${spec.expression}`, () => {
      try {
        return new ParsedCron(spec.expression, spec.dayMatch)
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message.replace('CronPattern: ', '') : String(cause)
        throw new CronError('CRON_EXPRESSION_INVALID', spec.expression, `a cron expression (${reason})`, {
          cause,
        })
      }
    })
  }

  /** The first day in [from, limit) on which it fires, or null. Days are numbered since 1970-01-01. */
  firstDay(from: number, limit: number): number | null {
    for (let day = from; day < limit; ) {
      const date = new Date(day * DAY_MS)
      if (!this.#pattern.month[date.getUTCMonth()]) {
        day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY_MS
      } else if (this.#firesOn(date)) return day
      else day++
    }
    return null
  }

  /** The last day in [limit, to] on which it fires, or null. */
  lastDay(to: number, limit: number): number | null {
    for (let day = to; day >= limit; day--) {
      const date = new Date(day * DAY_MS)
      if (!this.#pattern.month[date.getUTCMonth()]) day -= date.getUTCDate() - 1
      else if (this.#firesOn(date)) return day
    }
    return null
  }

  #firesOn(date: Date): boolean {
    this.#probe.year = date.getUTCFullYear()
    this.#probe.month = date.getUTCMonth()
    this.#probe.day = date.getUTCDate()
    return this.#probe.match(this.#pattern, this.#options)
  }
}

function membersOf(flags: number[]): number[] {
  return flags.flatMap((isMember, value) => (isMember ? [value] : []))
}
