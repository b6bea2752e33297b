import { CronError, type CronSpec, RunsWithin, type SpecGuard } from '@jobu/cron'
import type { ForecastCron } from '@jobu/db'
import type { DurationOf } from './expectedDurations.ts'
import { ForecastLoad, type ForecastWindow } from './forecastLoad.ts'
import { type Lot, lotsOf } from './lots.ts'
import type { Pace } from './pace.ts'
import { Top } from './top.ts'

const MAX_COLLISIONS = 20
const MAX_COLLIDING = 10
const MAX_CRONS = 50

/** One cron in the window. */
export interface CronLoad {
  id: number
  /** In milliseconds; null where it is not known. */
  expectedMs: number | null
  runs: number
}

export interface Collision {
  at: Date
  /** How many crons fire then. */
  crons: number
  /** Those that are expected to run longest. */
  longest: CronLoad[]
}

export interface Forecast {
  load: ForecastLoad
  collisions: Collision[]
  /** The crons with most expected run time. */
  crons: CronLoad[]
  totalCrons: number
  totalRuns: number
  /** Crons that were not looked at: the time was up. */
  late: number
  /** Crons whose spec a dispatcher refuses; SQL wrote it. */
  refused: number
  /** There was no time to look who takes part in the collisions. */
  isCollisionCut: boolean
}

/** What is kept of a lot to tell who fires at an instant. */
interface Course {
  runs: RunsWithin
  first: number
  last: number
  longest: CronLoad[]
}

/**
 * What crons bring in a window. The instants of each distinct spec are found once, however many crons share it; the specs
 * that most crons share come first, so that what there is no time for is the least.
 */
export async function forecast(
  crons: ForecastCron[],
  window: ForecastWindow,
  { now, durationOf, guard, pace }: { now: Date; durationOf: DurationOf; guard: SpecGuard; pace: Pace },
): Promise<Forecast> {
  const load = new ForecastLoad(window)
  const buffer = new Int32Array(Math.ceil((window.to.getTime() - window.from.getTime()) / 1000) + 1)
  const busiest = new Top<CronLoad>(MAX_CRONS, byBusyTime)
  const courses: Course[] = []
  const found: Forecast = {
    load,
    collisions: [],
    crons: [],
    totalCrons: 0,
    totalRuns: 0,
    late: 0,
    refused: 0,
    isCollisionCut: false,
  }
  for (const sharing of await bySpec(crons, pace)) {
    if (pace.isTired) await pace.rest()
    if (pace.isOver) {
      found.late += sharing.length
      continue
    }
    const spec = specOf(sharing[0]!)
    try {
      guard.check(spec)
      const runs = new RunsWithin(spec, window.from, window.to)
      const instants = buffer.subarray(0, runs.fill(buffer))
      for (const lot of lotsOf(spec, sharing, runs, instants, window, now)) {
        if (pace.isTired) await pace.rest()
        if (pace.isOver) found.late += lot.crons.length
        else courses.push(add(lot, runs))
      }
    } catch (error) {
      if (!(error instanceof CronError)) throw error
      found.refused += sharing.length
    }
  }
  found.crons = busiest.items()
  for (const { seconds, crons, at } of load.collisions(MAX_COLLISIONS)) {
    found.collisions.push({ at, crons, longest: await colliding(seconds) })
  }
  return found

  function add({ crons, instants }: Lot, runs: RunsWithin): Course {
    const longest = new Top<CronLoad>(MAX_COLLIDING, byDuration)
    const durations: number[] = []
    for (const cron of crons) {
      const expectedMs = durationOf(cron)
      if (expectedMs !== null) durations.push(expectedMs)
      const one = { id: cron.id, expectedMs, runs: instants.length }
      longest.offer(one)
      busiest.offer(one)
    }
    load.add(instants, crons.length, Float64Array.from(durations).sort())
    found.totalCrons += crons.length
    found.totalRuns += crons.length * instants.length
    return { runs, first: instants[0]!, last: instants.at(-1)!, longest: longest.items() }
  }

  async function colliding(seconds: number): Promise<CronLoad[]> {
    const top = new Top<CronLoad>(MAX_COLLIDING, byDuration)
    for (const [index, { runs, first, last, longest }] of courses.entries()) {
      if (index % 1_000 === 999 && pace.isTired) await pace.rest()
      if (index % 1_000 === 999 && pace.isOver) {
        found.isCollisionCut = true
        break
      }
      if (seconds < first || seconds > last) continue
      // The first one may lie off the pattern.
      if (seconds === first || runs.includes(seconds)) for (const one of longest) top.offer(one)
    }
    return top.items()
  }
}

const byDuration = (a: CronLoad, b: CronLoad) => (b.expectedMs ?? -1) - (a.expectedMs ?? -1) || a.id - b.id
const byBusyTime = (a: CronLoad, b: CronLoad) => busyMsOf(b) - busyMsOf(a) || b.runs - a.runs || a.id - b.id

export function busyMsOf({ runs, expectedMs }: CronLoad): number {
  return runs * (expectedMs ?? 0)
}

/** Crons that share a spec, those that most share first; neighbours share what is remembered of an expression. */
async function bySpec(crons: ForecastCron[], pace: Pace): Promise<ForecastCron[][]> {
  const groups = new Map<string, ForecastCron[]>()
  for (const [index, cron] of crons.entries()) {
    if (index % 1_000 === 999 && pace.isTired) await pace.rest()
    const key = `${cron.cronExpression}|${cron.dayMatch}|${cron.timezone}`
    const group = groups.get(key)
    if (group) group.push(cron)
    else groups.set(key, [cron])
  }
  return [...groups]
    .sort(([a, first], [b, second]) => second.length - first.length || (a < b ? -1 : 1))
    .map(([, group]) => group)
}

function specOf({ cronExpression, timezone, dayMatch }: ForecastCron): CronSpec {
  return { expression: cronExpression, timezone, dayMatch }
}
