import type { CronSpec } from './cronSpec.ts'
import { nextRun } from './nextRun.ts'

/** The first `count` instants strictly after `after`, oldest first; fewer when there are no more. */
export function nextRuns(spec: CronSpec, after: Date, count: number): Date[] {
  const runs: Date[] = []
  while (runs.length < count) {
    const run = nextRun(spec, runs.at(-1) ?? after)
    if (run === null) break
    runs.push(run)
  }
  return runs
}
