import {
  type ArtifactRow,
  getRun,
  lastLogsOf,
  lastStacksOf,
  listArtifactsOfRun,
  type RunRow,
  type RunTaskRow,
  runTasks,
  type Tx,
  taskCountsOfRuns,
} from '@jobu/db'
import { BIG_RUN, MAX_LINES } from '../schemas/scheduleRun.ts'
import { type RunItem, type RunTaskView, runTaskView, runView } from '../views/runView.ts'
import { findTrace } from './findTrace.ts'

/** Log lines shown of each task of a run that is not big. */
const LINES_SHOWN = 20
/** Lines in which a stack is looked for, and of how many tasks. */
const TRACE_LINES = 200
const TRACED_TASKS = 100

/**
 * A run with its tasks: their executions, errors, artifacts, and the end of their logs.
 *
 * @param options.logs  lines of each task
 * @throws JobuError RUN_NOT_FOUND
 */
export async function readRun(
  tx: Tx,
  scheduleId: number,
  runId: number,
  options: { logs?: number | undefined },
): Promise<RunItem & { tasks: RunTaskView[] }> {
  const run = await getRun(tx, scheduleId, runId)
  const counts = await taskCountsOfRuns(tx, [runId])
  const isBig = counts.reduce((sum, { count }) => sum + count, 0) > BIG_RUN
  const rows = await runTasks(tx, runId, { hasResults: !isBig })
  const wanted = options.logs ?? (isBig ? 0 : LINES_SHOWN)
  const limit = Math.min(wanted, Math.floor(MAX_LINES / Math.max(rows.length, 1)))
  const logs = await lastLogsOf(tx, keysOf(rows), { limit })
  const traces = await tracesOf(tx, rows)
  const artifacts = new Map<string | null, ArtifactRow[]>()
  for (const artifact of (await listArtifactsOfRun(tx, { scheduleId, runId })).rows) {
    artifacts.set(artifact.taskKey, [...(artifacts.get(artifact.taskKey) ?? []), artifact])
  }
  const keys = rows.map(({ key }) => key)
  const tasks = rows.map((row) =>
    runTaskView(row, {
      trace: traces.get(row.executionId ?? -1) ?? null,
      logs: logs.get(row.executionId ?? -1) ?? [],
      artifacts: artifacts.get(row.key) ?? [],
      keys,
    }),
  )
  return { ...runView(run, counts), tasks }
}

/** Runs as lists show them. */
export async function runViews(tx: Tx, rows: readonly RunRow[]): Promise<RunItem[]> {
  const counts = await taskCountsOfRuns(
    tx,
    rows.map(({ id }) => id),
  )
  return rows.map((row) =>
    runView(
      row,
      counts.filter(({ runId }) => runId === row.id),
    ),
  )
}

/** By execution, of tasks that failed: the stack of the last attempt, or the one that its log shows. */
async function tracesOf(tx: Tx, rows: readonly RunTaskRow[]): Promise<Map<number, string>> {
  const failed = keysOf(rows.filter(({ status }) => status === 'FAILED' || status === 'TIMEOUT'))
  const traces = await lastStacksOf(tx, failed)
  const without = failed.filter(({ id }) => !traces.has(id)).slice(0, TRACED_TASKS)
  const logs = await lastLogsOf(tx, without, { limit: TRACE_LINES, level: 'error' })
  for (const [id, lines] of logs) {
    const trace = findTrace(lines.map(({ message }) => message))
    if (trace !== null) traces.set(id, trace)
  }
  return traces
}

function keysOf(rows: readonly RunTaskRow[]) {
  return rows.flatMap(({ executionId: id, executionTime: scheduledTime }) =>
    id === null || scheduledTime === null ? [] : [{ id, scheduledTime }],
  )
}
