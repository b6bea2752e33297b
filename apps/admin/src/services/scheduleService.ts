import { isDeepStrictEqual } from 'node:util'
import type { CronLocale } from '@jobu/cron'
import {
  cancelRun,
  changeSchedule,
  continueCancels,
  createRun,
  type Database,
  databaseNow,
  getSchedule,
  getVersion,
  insertSchedule,
  insertVersion,
  JobuError,
  lastRunsOfSchedules,
  listSchedules,
  listVersions,
  lockSchedule,
  type NewSchedule,
  requestEngineCancel,
  type ScheduleAction,
  type ScheduleOrder,
  type ScheduleRow,
  startPendingRuns,
  type Tx,
  tellSchedule,
  unfinishedRunsOf,
  versionHeads,
  wakeEngine,
} from '@jobu/db'
import { type TaskDefinition, toTaskRows } from '@jobu/workflow'
import type { SchedulingConfig } from '../config.ts'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'
import type { ListSchedulesQuery, ListVersionsQuery } from '../schemas/schedule.ts'
import type { StartScheduleBody } from '../schemas/scheduleRun.ts'
import { type ScheduleView, scheduleFields, scheduleView } from '../views/scheduleView.ts'
import { type AuditTarget, audit } from './audit.ts'
import { areSameTasks, type CheckedSchedule, checkSchedule, outlook, planSchedule } from './checkSchedule.ts'
import type { HandlerCatalog } from './handlerCatalog.ts'
import { readRun } from './readRun.ts'

/** A change of any of these decides anew when it runs next. */
const PLANNED_BY = [
  'cronExpression',
  'frequency',
  'timezone',
  'dayMatch',
  'startDate',
  'endDate',
  'isEnabled',
  'engine',
] as const

/** Schedules as people edit them. Each change is decided under the row's lock, by the database's clock. */
export class ScheduleService {
  readonly #database: Database
  readonly #handlers: HandlerCatalog
  readonly #scheduling: SchedulingConfig

  constructor(database: Database, handlers: HandlerCatalog, scheduling: SchedulingConfig) {
    this.#database = database
    this.#handlers = handlers
    this.#scheduling = scheduling
  }

  /** A page of schedules with their last runs. */
  async list(query: ListSchedulesQuery, locale?: CronLocale) {
    const page = pageOf(query)
    const { rows, total } = await listSchedules(
      this.#database,
      {
        title: query.title,
        owner: query.owner,
        frequencies: query.frequency,
        statuses: query.status,
        tags: query.tag,
        engine: query.engine,
      },
      {
        order: query.order_by.replace('-', '') as ScheduleOrder,
        isDescending: query.order_by.startsWith('-'),
        ...page,
      },
    )
    const versions = await versionHeads(
      this.#database,
      rows.flatMap(({ versionId }) => versionId ?? []),
    )
    const last = await lastRunsOfSchedules(
      this.#database,
      rows.map(({ id }) => id),
    )
    const items = rows.map((row) =>
      scheduleView(row, versions.get(row.versionId ?? -1), last.get(row.id), locale),
    )
    return pageBody(items, total, page)
  }

  /** @throws JobuError SCHEDULE_NOT_FOUND */
  async get(id: number, locale?: CronLocale): Promise<ScheduleView> {
    return viewOf(this.#database, await getSchedule(this.#database, id), locale)
  }

  /** @throws JobuError SCHEDULE_INVALID with all faults */
  async create(body: unknown, actor: Actor): Promise<ScheduleView> {
    const handlers = await this.#handlers.load(handlersOf(body))
    return this.#database.transactional({ label: 'create schedule' }, async (tx) => {
      const now = await databaseNow(tx)
      const context = { scheduling: this.#scheduling, handlers, now }
      const checked = refuseFaults(await checkSchedule(tx, body, context))
      const { timezone } = this.#scheduling
      const made = await insertSchedule(tx, { timezone, ...checked.columns } as NewSchedule)
      await insertVersion(tx, made.id, versionOf(checked.tasks!), actor.name)
      const row = await changeSchedule(tx, made.id, {
        ...(await planSchedule(tx, made, now)),
        engineSyncAt: made.engine === 'jobu' ? null : now,
      })
      await audit(tx, actor, 'schedule.create', targetOf(row), null, await auditedFields(tx, row))
      await tellSchedule(tx, row, 'created')
      return viewOf(tx, row)
    })
  }

  /** @throws JobuError SCHEDULE_NOT_FOUND, SCHEDULE_INVALID with all faults, SCHEDULE_CHANGED */
  async update(id: number, body: unknown, actor: Actor): Promise<ScheduleView> {
    return this.#change(id, body, actor, 'schedule.update')
  }

  /** @param isEnabled  undefined: the other way round. @throws JobuError SCHEDULE_NOT_FOUND, SCHEDULE_INVALID */
  async toggle(id: number, isEnabled: boolean | undefined, actor: Actor): Promise<ScheduleView> {
    const wanted = (row: ScheduleRow) => ({ is_enabled: isEnabled ?? !row.isEnabled })
    return this.#change(id, wanted, actor, 'schedule.toggle')
  }

  /** Deletes a schedule; its runs stay, and those that have not ended are cancelled. @throws JobuError SCHEDULE_NOT_FOUND */
  async remove(id: number, actor: Actor): Promise<void> {
    const runs = await this.#database.transactional({ label: 'delete schedule' }, async (tx) => {
      const row = await lockSchedule(tx, id)
      await audit(tx, actor, 'schedule.delete', targetOf(row), await auditedFields(tx, row), null)
      const unfinished = await unfinishedRunsOf(tx, id)
      for (const run of unfinished) {
        const cancel = row.engine === 'jobu' ? cancelRun(tx, run, actor.name) : requestEngineCancel(tx, run)
        await cancel.catch((error) => {
          if (!(error instanceof JobuError) || error.code !== 'RUN_NOT_ACTIVE') throw error
        })
      }
      const now = await databaseNow(tx)
      const gone = await changeSchedule(tx, id, {
        isEnabled: false,
        nextRunAt: null,
        deletedAt: now,
        engineSyncAt: row.engine === 'jobu' ? null : now,
      })
      await tellSchedule(tx, gone, 'deleted')
      return unfinished
    })
    for (const run of runs) await continueCancels(this.#database, run)
  }

  /** What is wrong with a definition, and what would come of it; nothing is made. */
  async validate(body: Record<string, unknown>) {
    const handlers = await this.#handlers.load(handlersOf(body))
    const now = await databaseNow(this.#database)
    const context = { scheduling: this.#scheduling, handlers, now }
    const checked = await checkSchedule(this.#database, body, context)
    const { faults } = checked
    return { valid: faults.length === 0, faults, ...outlook(checked, this.#scheduling, now) }
  }

  /** @throws JobuError SCHEDULE_NOT_FOUND */
  async versions(id: number, query: ListVersionsQuery) {
    await getSchedule(this.#database, id)
    const page = pageOf(query)
    const { rows, total } = await listVersions(this.#database, id, page)
    const items = rows.map((row) => ({
      version: row.version,
      task_count: row.taskCount,
      created_by: row.createdBy,
      created_at: row.createdAt,
    }))
    return pageBody(items, total, page)
  }

  /** @throws JobuError SCHEDULE_NOT_FOUND, NOT_FOUND */
  async version(id: number, version: number) {
    await getSchedule(this.#database, id)
    const row = await getVersion(this.#database, id, { version })
    const { tasks } = row.definition
    return {
      version: row.version,
      task_count: tasks.length,
      created_by: row.createdBy,
      created_at: row.createdAt,
      tasks,
    }
  }

  /**
   * Starts a run by hand, whether the schedule is enabled or not; it waits as PENDING while `max_active_runs` are active.
   *
   * @throws JobuError SCHEDULE_NOT_FOUND
   */
  async start(id: number, body: StartScheduleBody, actor: Actor) {
    return this.#database.transactional({ label: 'start schedule' }, async (tx) => {
      const row = await getSchedule(tx, id)
      const now = await databaseNow(tx)
      const run = await createRun(tx, {
        scheduleId: id,
        trigger: 'manual',
        scheduledTime: body.logical_date ?? body.scheduled_time ?? now,
        params: body.params ?? {},
        by: actor.name,
      })
      // Another engine is told by who looks after it.
      if (row.engine !== 'jobu') await wakeEngine(tx, id)
      await startPendingRuns(tx, id)
      const view = await readRun(tx, id, run.id, {})
      const made = { run_id: run.id, scheduled_time: view.scheduled_time, params: view.params }
      await audit(tx, actor, 'schedule.start', targetOf(row), null, made)
      return view
    })
  }

  /** Applies what differs, makes another version where the tasks do, and plans anew where that needs it. */
  async #change(
    id: number,
    body: unknown | ((row: ScheduleRow) => unknown),
    actor: Actor,
    action: string,
  ): Promise<ScheduleView> {
    const handlers = await this.#handlers.load(handlersOf(body))
    return this.#database.transactional({ label: 'change schedule' }, async (tx) => {
      const row = await lockSchedule(tx, id)
      const now = await databaseNow(tx)
      const sent = typeof body === 'function' ? body(row) : body
      const current = await getVersion(tx, id, { id: row.versionId! })
      const stored = current.definition.tasks
      const context = { scheduling: this.#scheduling, handlers, now, row, stored }
      const checked = refuseFaults(await checkSchedule(tx, sent, context))
      refuseStale(id, checked.said.version, current.version)

      const change = differing(row, checked.columns)
      const hasNewTasks = checked.tasks !== undefined && !areSameTasks(checked.tasks, stored)
      if (Object.keys(change).length === 0 && !hasNewTasks) return viewOf(tx, row)

      const before = await auditedFields(tx, row)
      if (hasNewTasks) await insertVersion(tx, id, versionOf(checked.tasks!), actor.name)
      if (change.isEnabled) change.disabledReason = null
      if (PLANNED_BY.some((column) => column in change)) {
        Object.assign(change, await planSchedule(tx, { ...row, ...change } as ScheduleRow, now))
      }
      // Whoever looks after another engine brings it there, or takes it away again.
      const engines = [row.engine, change.engine ?? row.engine]
      if (engines.some((engine) => engine !== 'jobu')) change.engineSyncAt = now
      const after = await changeSchedule(tx, id, change)
      await audit(tx, actor, action, targetOf(after), before, await auditedFields(tx, after))
      await tellSchedule(tx, after, actionOf(row, after))
      return viewOf(tx, after)
    })
  }
}

function refuseFaults(checked: CheckedSchedule): CheckedSchedule {
  if (checked.faults.length > 0) throw validationError(checked.faults, 'SCHEDULE_INVALID')
  return checked
}

function refuseStale(id: number, read: number | undefined, version: number): void {
  if (read === undefined || read === version) return
  throw new JobuError(
    'SCHEDULE_CHANGED',
    `Schedule ${id} has changed: its tasks are at version ${version}, not ${read}; read it again`,
    { details: [{ field: 'version', message: 'is stale', received: read, expected: version }] },
  )
}

/** The handlers that a body may name, whatever else is in it. */
function handlersOf(body: unknown): string[] {
  const tasks = (body as { tasks?: unknown } | null)?.tasks
  if (!Array.isArray(tasks)) return []
  return tasks.flatMap((task) => (typeof task?.handler_name === 'string' ? [task.handler_name] : []))
}

function versionOf(tasks: TaskDefinition[]) {
  return { ...toTaskRows(tasks), definition: { tasks } }
}

function actionOf(before: ScheduleRow, after: ScheduleRow): ScheduleAction {
  if (before.isEnabled === after.isEnabled) return 'updated'
  return after.isEnabled ? 'enabled' : 'disabled'
}

function targetOf({ id, title }: ScheduleRow): AuditTarget {
  return { type: 'schedule', id, name: title }
}

/** What the audit log keeps: of the tasks their version, which keeps them. */
async function auditedFields(tx: Tx, row: ScheduleRow) {
  const { engine_state: _, ...fields } = scheduleFields(row)
  const version =
    row.versionId === null ? undefined : (await versionHeads(tx, [row.versionId])).get(row.versionId)
  return { ...fields, version: version?.version ?? null }
}

/** The entries of `wanted` that differ from the row. */
function differing(row: ScheduleRow, wanted: Partial<NewSchedule>): Partial<NewSchedule> {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([column, value]) => !isDeepStrictEqual(value, row[column as keyof ScheduleRow]),
    ),
  )
}

async function viewOf(tx: Tx, row: ScheduleRow, locale?: CronLocale): Promise<ScheduleView> {
  const version = await getVersion(tx, row.id, { id: row.versionId! })
  const last = await lastRunsOfSchedules(tx, [row.id])
  const { tasks } = version.definition
  const head = { version: version.version, taskCount: tasks.length }
  return { ...scheduleView(row, head, last.get(row.id), locale), tasks }
}
