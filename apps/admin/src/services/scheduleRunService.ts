import { AirflowClient, type AirflowConfig } from '@jobu/airflow'
import {
  cancelRun,
  continueCancels,
  type Database,
  decideApproval,
  type ExecutionStatus,
  executionKeysOf,
  executionsOfTask,
  findTask,
  getRun,
  getSchedule,
  JobuError,
  listRuns,
  markTask,
  type RunFilter,
  type RunRow,
  requestEngineCancel,
  requestEngineRerun,
  rerunTasks,
  sendSignal,
  type TaskState,
  type Tx,
  taskItems,
  taskLogs,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'
import {
  type DecisionBody,
  type ListItemsQuery,
  type ListRunsQuery,
  type ListTaskLogsQuery,
  type MarkBody,
  type RerunBody,
  runPosition,
  type SignalBody,
} from '../schemas/scheduleRun.ts'
import { logView } from '../views/jobView.ts'
import { taskItemView } from '../views/runView.ts'
import { audit } from './audit.ts'
import { engineTaskLog } from './engineTaskLog.ts'
import { readRun, runViews } from './readRun.ts'

/** The states in which an item looks like this from outside. */
const STATES_OF: Partial<Record<ExecutionStatus, TaskState[]>> = {
  PENDING: ['WAITING', 'DECIDING', 'AWAITING', 'QUEUED'],
  RUNNING: ['QUEUED', 'SUBRUN'],
}

/** Names a run in its schedule. */
export interface RunKey {
  id: number
  run_id: number
}
export interface TaskKey extends RunKey {
  key: string
}

/** Runs of schedules as people watch and steer them. */
export class ScheduleRunService {
  readonly #database: Database
  readonly #airflow: AirflowClient | null

  constructor(database: Database, airflow?: AirflowConfig | null) {
    this.#database = database
    this.#airflow = airflow ? new AirflowClient(airflow) : null
  }

  /** @throws JobuError SCHEDULE_NOT_FOUND, VALIDATION_FAILED */
  async listOf(scheduleId: number, query: Omit<ListRunsQuery, 'schedule_id' | 'title'>) {
    await getSchedule(this.#database, scheduleId)
    return this.list({ ...query, schedule_id: scheduleId })
  }

  /** @throws JobuError VALIDATION_FAILED */
  async list(query: ListRunsQuery) {
    const page = pageOf(query)
    const filter: RunFilter = {
      scheduleId: query.schedule_id,
      title: query.title,
      statuses: query.status,
      triggers: query.trigger,
      from: query.from_date,
      to: query.to_date,
    }
    const scope = ['runs', filter]
    const start = query.cursor === undefined ? undefined : decodeCursor(query.cursor, scope, runPosition)
    if (start) page.offset = start[2]
    const { rows, total, isExact } = await listRuns(this.#database, filter, {
      limit: page.limit + 1,
      offset: start ? 0 : page.offset,
      after: start && { scheduledTime: start[0], id: start[1] },
    })
    const shown = rows.slice(0, page.limit)
    const last = rows.length > page.limit ? shown.at(-1) : undefined
    const nextCursor = last
      ? encodeCursor(scope, [last.scheduledTime, last.id, page.offset + shown.length])
      : null
    return pageBody(await runViews(this.#database, shown), total, page, { nextCursor, isExact })
  }

  /** @param logs  lines of each task. @throws JobuError RUN_NOT_FOUND */
  async get({ id, run_id: runId }: RunKey, logs: number | undefined) {
    return this.#database.transactional({ label: 'read run', readonly: true, snapshot: true }, (tx) =>
      readRun(tx, id, runId, { logs }),
    )
  }

  /** @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND, TASK_NOT_RERUNNABLE */
  async rerun(key: RunKey, { from, task }: RerunBody, actor: Actor) {
    const what = task === undefined ? { from: from ?? ('failed' as const) } : { task }
    return this.#act(key, actor, 'run.rerun', what, (tx, run) =>
      run.isForeign ? requestEngineRerun(tx, run.id, what) : rerunTasks(tx, run.id, what, actor.name),
    )
  }

  /** @throws JobuError RUN_NOT_FOUND, RUN_NOT_ACTIVE */
  async cancel(key: RunKey, actor: Actor) {
    await this.#act(key, actor, 'run.cancel', {}, (tx, run) =>
      run.isForeign ? requestEngineCancel(tx, run.id) : cancelRun(tx, run.id, actor.name),
    )
    // What runs is asked after the commit: executions are locked before runs.
    await continueCancels(this.#database, key.run_id)
    return this.get(key, undefined)
  }

  /** @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND, TASK_NOT_AWAITING, APPROVAL_ROLE */
  async decide(key: TaskKey, verdict: 'approve' | 'reject', body: DecisionBody, actor: Actor) {
    const said = { task: key.key, ...body }
    return this.#act(key, actor, `task.${verdict}`, said, (tx, run) =>
      decideApproval(tx, run.id, key.key, verdict, { by: actor.name, role: actor.role, ...body }),
    )
  }

  /** @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND, RUN_NOT_ACTIVE, TASK_STATE */
  async mark(key: TaskKey, { status, comment, item }: MarkBody, actor: Actor, action = 'task.mark') {
    const said = { task: key.key, item, status, comment }
    await this.#act(key, actor, action, said, (tx, run) => {
      if (run.isForeign) {
        const message = `Run ${run.id} is another engine's, which alone says how its tasks end`
        throw new JobuError('TASK_STATE', message)
      }
      return markTask(tx, run.id, key.key, item ?? -1, status, actor.name, comment)
    })
    // The run that the task was, if it was one, ends with it.
    await continueCancels(this.#database)
    return this.get(key, undefined)
  }

  /** @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND */
  async items({ id, run_id: runId, key }: TaskKey, query: ListItemsQuery) {
    const page = pageOf(query)
    const run = await getRun(this.#database, id, runId)
    const { no } = await taskOf(this.#database, run, key)
    const states = query.status?.flatMap((status) => STATES_OF[status] ?? (status as TaskState))
    const { rows, total } = await taskItems(this.#database, runId, no, { states, ...page })
    return pageBody(rows.map(taskItemView), total, page)
  }

  /**
   * The log of all executions of a task, or of an item of it; of one that another engine ran that of an attempt.
   *
   * @throws JobuError RUN_NOT_FOUND, TASK_NOT_FOUND, ENGINE_UNAVAILABLE
   */
  async logs({ id, run_id: runId, key }: TaskKey, query: ListTaskLogsQuery) {
    const page = pageOf(query)
    const run = await getRun(this.#database, id, runId)
    const { no } = await taskOf(this.#database, run, key)
    if (run.externalRunId !== null) {
      const { lines, isWhole } = await engineTaskLog(this.#database, this.#airflow, run, key, query)
      const shown = lines.slice(page.offset, page.offset + page.limit)
      return pageBody(shown, lines.length, page, { isExact: isWhole })
    }
    const ids = await executionsOfTask(this.#database, runId, no, query.item ?? -1)
    const keys = await executionKeysOf(this.#database, ids)
    const { rows, total } = await taskLogs(this.#database, keys, query, page)
    const lines = rows.map((row) => ({ execution_id: row.executionId, ...logView(row) }))
    return pageBody(lines, total, page)
  }

  async signal({ event, payload }: SignalBody, actor: Actor) {
    return this.#database.transactional({ label: 'send signal' }, async (tx) => {
      const sent = await sendSignal(tx, { name: event, payload: payload ?? null, by: actor.name })
      const target = { type: 'signal', id: sent.id, name: event } as const
      await audit(tx, actor, 'signal.send', target, null, {
        payload: payload ?? null,
        released: sent.released,
      })
      return sent
    })
  }

  /** Changes a run and answers what it is then. */
  async #act(
    { id, run_id: runId }: RunKey,
    actor: Actor,
    action: string,
    said: Record<string, unknown>,
    change: (tx: Tx, run: RunRow) => Promise<unknown>,
  ) {
    return this.#database.transactional({ label: 'change run' }, async (tx) => {
      const run = await getRun(tx, id, runId)
      await change(tx, run)
      const after = await readRun(tx, id, runId, {})
      const target = { type: 'run', id: runId, name: run.scheduleTitle } as const
      await audit(tx, actor, action, target, null, { schedule_id: id, ...said })
      return after
    })
  }
}

/** @throws JobuError TASK_NOT_FOUND */
async function taskOf(tx: Tx, run: RunRow, key: string) {
  const task = await findTask(tx, run.versionId, key)
  if (task) return task
  throw new JobuError('TASK_NOT_FOUND', `Run ${run.id} has no task ${key}`)
}
