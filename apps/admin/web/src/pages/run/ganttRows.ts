import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { levelsOf } from '../../components/dag/graph.ts'

/** A task over time, in milliseconds since 1970; what has not happened is null. */
export interface GanttRow {
  task: RunTask
  queuedAt: number | null
  startedAt: number | null
  endedAt: number | null
  isCritical: boolean
}

const ms = (at: string | null) => (at === null ? null : Date.parse(at))

/** In the order in which they began; those that have not, as they come one after the other. @param now  where one that runs ends */
export function ganttRows(run: RunDetail, now: number): GanttRow[] {
  const critical = criticalPath(run)
  const level = levelsOf(run.tasks.map(({ key, depends_on }) => ({ key, dependsOn: depends_on })))
  const rows = run.tasks.map((task): GanttRow => {
    const startedAt = ms(task.started_at)
    const isWaiting = task.status === 'PENDING' && task.created_at !== null
    return {
      task,
      queuedAt: ms(task.created_at),
      startedAt,
      endedAt: ms(task.finished_at) ?? (startedAt !== null || isWaiting ? now : null),
      isCritical: critical.has(task.key),
    }
  })
  const begin = ({ startedAt, queuedAt }: GanttRow) => queuedAt ?? startedAt ?? Number.POSITIVE_INFINITY
  return rows.sort(
    (one, other) =>
      compare(begin(one), begin(other)) || level.get(one.task.key)! - level.get(other.task.key)!,
  )
}

const compare = (one: number, other: number) => (one === other ? 0 : one < other ? -1 : 1)

/** From the first to the last instant of all rows; at least a second wide. */
export function extentOf(run: RunDetail, rows: GanttRow[], now: number): { from: number; to: number } {
  const begins = rows.flatMap(({ queuedAt, startedAt }) => queuedAt ?? startedAt ?? [])
  const ends = rows.flatMap(({ endedAt }) => endedAt ?? [])
  const from = begins.reduce((least, at) => Math.min(least, at), ms(run.started_at) ?? now)
  const to = ends.reduce((most, at) => Math.max(most, at), ms(run.finished_at) ?? from)
  return { from, to: Math.max(to, from + 1_000) }
}

/** The tasks that the run waited for: from the one that ended last, each time back to the parent that ended last. */
export function criticalPath({ tasks }: RunDetail): Set<string> {
  const byKey = new Map(tasks.map((task) => [task.key, task]))
  const ended = (one: RunTask) => (one.started_at === null ? null : one.finished_at)
  const lastOf = (some: RunTask[]) =>
    some.reduce<RunTask | undefined>((last, one) => {
      const at = ended(one)
      return at !== null && (!last || at > ended(last)!) ? one : last
    }, undefined)
  const path = new Set<string>()
  for (let at = lastOf(tasks); at && !path.has(at.key); ) {
    path.add(at.key)
    at = lastOf(at.depends_on.flatMap((key) => byKey.get(key) ?? []))
  }
  return path
}
