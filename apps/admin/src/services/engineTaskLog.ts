import { type AirflowClient, airflowTaskLog } from '@jobu/airflow'
import { JobuError, LOG_LEVELS, type LogLevel, type RunRow, runTasks, type Tx } from '@jobu/db'
import type { ListTaskLogsQuery } from '../schemas/scheduleRun.ts'

/** Pages of the engine's own that one answer reads. */
const MAX_PAGES = 20

/**
 * The log of an attempt of a task that Airflow ran, as lines of a log of jobu's; the last attempt where none is named.
 *
 * @throws JobuError TASK_NOT_FOUND, ENGINE_UNAVAILABLE
 */
export async function engineTaskLog(
  tx: Tx,
  client: AirflowClient | null,
  run: RunRow,
  key: string,
  { attempt: asked, level }: ListTaskLogsQuery,
) {
  if (!client) throw new JobuError('ENGINE_UNAVAILABLE', 'Airflow is not configured any more')
  const task = (await runTasks(tx, run.id, { hasResults: false })).find((one) => one.key === key)
  const attempt = asked ?? Math.max(1, Number(task?.engineFacts?.attempts ?? 1))
  const of = { scheduleId: run.scheduleId, externalRunId: run.externalRunId!, key, attempt }
  const levels: readonly string[] = level ? LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)) : LOG_LEVELS
  const lines: ReturnType<typeof lineOf>[] = []
  let token: string | null = null
  let isWhole = true
  for (let page = 0; page < MAX_PAGES; page++) {
    const found = await airflowTaskLog(client, { ...of, token })
    for (const line of found.lines) lines.push(lineOf(line, run, attempt, lines.length + 1))
    isWhole &&= !found.isCut
    // The same place again: there is no more yet.
    if (found.nextToken === null || found.nextToken === token || found.lines.length === 0) {
      return { lines: lines.filter((line) => levels.includes(line.level)), isWhole }
    }
    token = found.nextToken
  }
  return { lines: lines.filter((line) => levels.includes(line.level)), isWhole: false }
}

function lineOf(
  line: { loggedAt: Date | null; level: string | null; message: string },
  run: RunRow,
  attempt: number,
  number: number,
) {
  return {
    execution_id: null,
    logged_at: line.loggedAt ?? run.startedAt ?? run.createdAt,
    attempt,
    line: number,
    level: levelOf(line.level),
    message: line.message,
    fields: null,
  }
}

function levelOf(level: string | null): LogLevel {
  const name = level?.toLowerCase() ?? 'info'
  if (name === 'warning') return 'warn'
  if (name === 'critical') return 'error'
  return LOG_LEVELS.find((known) => known === name) ?? 'info'
}
