import { type Database, type GridCell, getSchedule, gridOfRuns, listRuns, taskCountsOfRuns } from '@jobu/db'
import { type GridQuery, MAX_CELLS } from '../schemas/scheduleGrid.ts'
import { durationMs } from '../views/scheduleView.ts'

/** The last runs of a schedule, each beside the others, task by task. */
export class ScheduleGridService {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @throws JobuError SCHEDULE_NOT_FOUND */
  async get(id: number, { runs: count }: GridQuery) {
    return this.#database.transactional(
      { label: 'read grid', readonly: true, snapshot: true },
      async (tx) => {
        await getSchedule(tx, id)
        const { rows: newest } = await listRuns(tx, { scheduleId: id }, { limit: count, offset: 0 })
        const counts = await taskCountsOfRuns(
          tx,
          newest.map((run) => run.id),
        )
        let cells = 0
        const shown = newest.filter(({ id: runId }, index) => {
          for (const one of counts) if (one.runId === runId) cells += one.count
          return index === 0 || cells <= MAX_CELLS
        })
        const byRun = new Map<number, Map<string, GridCell>>(shown.map((run) => [run.id, new Map()]))
        for (const cell of await gridOfRuns(tx, [...byRun.keys()])) byRun.get(cell.runId)!.set(cell.key, cell)
        // The newest run's first: what only older ones have comes after them.
        const keys = new Set([...byRun.values()].flatMap((tasks) => [...tasks.keys()]))
        const runs = shown.toReversed()
        return {
          runs: runs.map((run) => ({
            id: run.id,
            version: run.version,
            status: run.status,
            trigger: run.trigger,
            scheduled_time: run.scheduledTime,
            started_at: run.startedAt,
            duration_ms: durationMs(run),
          })),
          tasks: [...keys].map((key) => ({
            key,
            cells: runs.map((run) => {
              const cell = byRun.get(run.id)!.get(key)
              return cell ? { status: cell.status, duration_ms: cell.durationMs } : null
            }),
          })),
        }
      },
    )
  }
}
