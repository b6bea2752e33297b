import { BoundedMap } from './boundedMap.ts'
import { CronError } from './cronError.ts'

/** A stretch of time in which a zone's offset does not change. All numbers are seconds, instants since the epoch. */
export interface ZoneSegment {
  /** First instant of the segment. */
  start: number
  /** First instant after the segment. */
  end: number
  /** Wall clock minus UTC. */
  offset: number
  /** The offset just before `start`: smaller means that `start` ends a gap, larger that it begins a second pass. */
  offsetBefore: number
}

const ETERNITY: ZoneSegment = { start: -Infinity, end: Infinity, offset: 0, offsetBefore: 0 }

// No zone changes its offset twice in a week and back: daily samples of all zones from 1970 to 2040 find the same.
const SAMPLE_SECONDS = 7 * 86_400

// There are about 600 names, links included. A formatter holds tens of kilobytes.
const zones = new BoundedMap<string, Zone>(600)

/**
 * A time zone as a sequence of segments, found with `Intl` and remembered by year, so that most questions cost no
 * `Intl` call at all (each takes microseconds).
 */
export class Zone {
  readonly #format: Intl.DateTimeFormat
  readonly #isUtc: boolean
  readonly #years = new BoundedMap<number, ZoneSegment[]>(200)

  private constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    this.#isUtc = this.#format.resolvedOptions().timeZone === 'UTC'
  }

  /** @throws CronError CRON_TIMEZONE_INVALID for anything but an IANA name this Node knows */
  static named(timezone: string): Zone {
    const expected = 'an IANA time zone name such as Asia/Seoul or UTC'
    // Newer versions of Node also take offsets (+09:00); a name keeps its meaning when a government changes its mind.
    if (typeof timezone !== 'string' || !/^[a-z]/i.test(timezone)) {
      throw new CronError('CRON_TIMEZONE_INVALID', timezone, expected)
    }
    return zones.getOrMake(timezone, () => {
      try {
        return new Zone(timezone)
      } catch (cause) {
        throw new CronError('CRON_TIMEZONE_INVALID', timezone, expected, { cause })
      }
    })
  }

  /** Segments from the one that holds `instant` onwards, to the end of year 9999. Neighbours may share an offset. */
  *segmentsFrom(instant: number): Generator<ZoneSegment, void> {
    if (this.#isUtc) return yield ETERNITY
    for (let year = utcYear(instant); year <= 9999; year++) {
      for (const segment of this.#segmentsOf(year)) if (segment.end > instant) yield segment
    }
  }

  /** Segments from the one that holds the second before `instant` backwards, to the start of year 1. */
  *segmentsBefore(instant: number): Generator<ZoneSegment, void> {
    if (this.#isUtc) return yield ETERNITY
    for (let year = utcYear(instant - 1); year >= 1; year--) {
      for (const segment of this.#segmentsOf(year).toReversed()) if (segment.start < instant) yield segment
    }
  }

  #segmentsOf(year: number): ZoneSegment[] {
    return this.#years.getOrMake(year, () => this.#findSegments(year))
  }

  /** The segments of one UTC year: samples a week apart, and a bisection to the second where two differ. */
  #findSegments(year: number): ZoneSegment[] {
    const yearStart = startOfYear(year)
    const yearEnd = startOfYear(year + 1)
    const segments: ZoneSegment[] = []
    let offsetBefore = this.#offsetAt(yearStart - 1)
    let start = yearStart
    let offset = this.#offsetAt(start)
    for (let known = start; known < yearEnd - 1; ) {
      const sample = Math.min(known + SAMPLE_SECONDS, yearEnd - 1)
      if (this.#offsetAt(sample) === offset) {
        known = sample
        continue
      }
      let changed = sample
      while (changed - known > 1) {
        const middle = Math.floor((known + changed) / 2)
        if (this.#offsetAt(middle) === offset) known = middle
        else changed = middle
      }
      segments.push({ start, end: changed, offset, offsetBefore })
      offsetBefore = offset
      start = known = changed
      offset = this.#offsetAt(start)
    }
    segments.push({ start, end: yearEnd, offset, offsetBefore })
    return segments
  }

  #offsetAt(instant: number): number {
    const wall: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(instant * 1000)) wall[type] = Number(value)
    const day = new Date(0).setUTCFullYear(wall.year!, wall.month! - 1, wall.day!) / 1000
    return day + wall.hour! * 3600 + wall.minute! * 60 + wall.second! - instant
  }
}

function utcYear(instant: number): number {
  return new Date(instant * 1000).getUTCFullYear()
}

// setUTCFullYear: Date.UTC would read the years 0 to 99 as 1900 to 1999.
function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1) / 1000
}
