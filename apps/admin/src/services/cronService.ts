import { isDeepStrictEqual } from 'node:util'
import type { CronLocale, CronSpec } from '@jobu/cron'
import {
  type CronFacet,
  type CronRow,
  cancelExecutionsOfCrons,
  createCron,
  cronFacets,
  type Database,
  databaseNow,
  type ErrorDetail,
  getCron,
  JobuError,
  lockCron,
  type NewCron,
  type Tx,
  updateCron,
} from '@jobu/db'
import type { SchedulingConfig } from '../config.ts'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import type { BulkCronsBody } from '../schemas/bulkCrons.ts'
import type { CreateCronBody, ListCronsQuery, PreviewBody, UpdateCronBody } from '../schemas/cron.ts'
import type { BackfillBody, SlotsQuery } from '../schemas/slots.ts'
import { type CronView, cronFields, cronView } from '../views/cronView.ts'
import type { JobView } from '../views/jobView.ts'
import { type AuditTarget, audit } from './audit.ts'
import { backfillCron } from './backfillCron.ts'
import { bulkCrons, type CronVerb } from './bulkCrons.ts'
import { checkSpec, checkTimes } from './checkCron.ts'
import { cronColumns } from './cronColumns.ts'
import type { HandlerCatalog, Handlers } from './handlerCatalog.ts'
import { listCrons, viewsOf } from './listCrons.ts'
import { listSlots } from './listSlots.ts'
import { nextRunsOfCron } from './nextRunsOfCron.ts'
import { hasRunsLeft, planCron, type Schedule, specOf } from './planCron.ts'
import { previewCron } from './previewCron.ts'
import { recentRuns } from './recentRuns.ts'
import { transactionOrDryRun } from './transactionOrDryRun.ts'
import { triggerCron } from './triggerCron.ts'

/** What a cron is before anything was said about it; the rest are the columns' own defaults. */
const BLANK = {
  dayMatch: 'or',
  handlerParams: {},
  isEnabled: true,
  startAt: null,
  endAt: null,
  jitterSeconds: 0,
  maxRuns: null,
  runCount: 0,
} as const

const SPEC_COLUMNS = ['cronExpression', 'timezone', 'dayMatch'] as const
const WINDOW_COLUMNS = ['startAt', 'endAt'] as const

type Column = keyof NewCron
type Checked = Schedule & Pick<CronRow, 'handlerName' | 'handlerParams' | 'jitterSeconds'>

/** Crons as people edit them. Each change is decided under the row's lock, by the database's clock. */
export class CronService {
  readonly #database: Database
  readonly #handlers: HandlerCatalog
  readonly #scheduling: SchedulingConfig

  constructor(database: Database, handlers: HandlerCatalog, scheduling: SchedulingConfig) {
    this.#database = database
    this.#handlers = handlers
    this.#scheduling = scheduling
  }

  /** @throws JobuError VALIDATION_FAILED */
  async list(query: ListCronsQuery, locale?: CronLocale) {
    return listCrons(this.#database, query, locale)
  }

  /** The last `count` runs of each of these crons. */
  async recentRuns(ids: number[], count: number) {
    return recentRuns(this.#database, ids, count)
  }

  /** What crons can be filtered by. */
  async facets() {
    const facets = await cronFacets(this.#database)
    const of = (wanted: CronFacet['kind']) =>
      facets.filter(({ kind }) => kind === wanted).map(({ name, count }) => ({ name, count }))
    return { tags: of('tag'), owners: of('owner'), handlers: of('handler') }
  }

  /** Enables, disables or deletes many. */
  async bulk(verb: CronVerb, body: BulkCronsBody, actor: Actor, signal: AbortSignal) {
    const { minCronIntervalSeconds: minIntervalSeconds } = this.#scheduling
    return bulkCrons(this.#database, verb, body, { actor, minIntervalSeconds, signal })
  }

  /** @throws JobuError CRON_NOT_FOUND */
  async get(id: number, locale?: CronLocale): Promise<CronView> {
    return viewOf(this.#database, await getCron(this.#database, id), locale)
  }

  /**
   * @param isDryRun  checks and answers, and makes nothing
   * @throws JobuError CRON_NAME_TAKEN, VALIDATION_FAILED, CRON_EXPRESSION_INVALID and the other codes of `CronError`
   */
  async create(body: CreateCronBody, actor: Actor, isDryRun = false): Promise<CronView> {
    const handlers = await this.#handlers.load([body.handler_name])
    const columns = cronColumns({ ...body, timezone: body.timezone ?? this.#scheduling.timezone })
    return transactionOrDryRun(this.#database, { label: 'create cron', isDryRun }, async (tx) => {
      const now = await databaseNow(tx)
      const cron = { ...BLANK, ...columns } as Checked & NewCron
      const spec = this.#check(cron, [...SPEC_COLUMNS, 'handlerName', 'jitterSeconds'], handlers, now)
      cron.cronExpression = spec.expression
      const row = await createCron(tx, { ...cron, ...planCron(cron, now) })
      await audit(tx, actor, 'cron.create', targetOf(row), null, cronFields(row))
      return cronView(row, undefined)
    })
  }

  /** @throws JobuError CRON_NOT_FOUND, CRON_CHANGED and as `create` */
  async update(
    id: number,
    { version, ...body }: UpdateCronBody,
    actor: Actor,
    isDryRun = false,
  ): Promise<CronView> {
    const handlers = await this.#handlers.load(body.handler_name === undefined ? [] : [body.handler_name])
    const decide = (row: CronRow) => {
      if (version !== undefined && version !== row.version) {
        throw new JobuError(
          'CRON_CHANGED',
          `Cron job ${id} has changed: it is at version ${row.version}, not ${version}; read it again`,
          {
            details: [{ field: 'version', message: 'is stale', received: version, expected: row.version }],
          },
        )
      }
      return cronColumns(body, row)
    }
    return this.#change(id, handlers, actor, 'cron.update', decide, isDryRun)
  }

  /** @param isEnabled  undefined: the other way round. @throws JobuError CRON_NOT_FOUND and as `create` */
  async toggle(id: number, isEnabled: boolean | undefined, actor: Actor): Promise<CronView> {
    const handlers = await this.#handlers.load([])
    return this.#change(id, handlers, actor, 'cron.toggle', (row) => ({
      isEnabled: isEnabled ?? !row.isEnabled,
    }))
  }

  /** Runs a cron now. @throws JobuError CRON_NOT_FOUND, VALIDATION_FAILED */
  async trigger(id: number, params: Record<string, unknown> | undefined, actor: Actor): Promise<JobView> {
    return triggerCron(this.#database, this.#handlers, id, params, actor)
  }

  /** @throws JobuError CRON_NOT_FOUND */
  async next(id: number, count: number, locale?: CronLocale) {
    return nextRunsOfCron(this.#database, id, count, locale)
  }

  /** @throws JobuError CRON_NOT_FOUND, VALIDATION_FAILED */
  async slots(id: number, query: SlotsQuery) {
    return listSlots(this.#database, id, query)
  }

  /** @throws JobuError CRON_NOT_FOUND, BACKFILL_TOO_LARGE, VALIDATION_FAILED */
  async backfill(id: number, body: BackfillBody, actor: Actor) {
    return backfillCron(this.#database, this.#handlers, id, body, actor)
  }

  /**
   * Deletes a cron for the API and the dispatchers; the row stays, so that its executions keep their name. What of it
   * has not finished is cancelled.
   *
   * @throws JobuError CRON_NOT_FOUND
   */
  async remove(id: number, actor: Actor): Promise<void> {
    await this.#database.transactional({ label: 'delete cron' }, async (tx) => {
      const row = await lockCron(tx, id)
      await updateCron(tx, id, { isEnabled: false, nextRunAt: null, deletedAt: await databaseNow(tx) })
      await cancelExecutionsOfCrons(tx, [id], actor.name)
      await audit(tx, actor, 'cron.delete', targetOf(row), cronFields(row), null)
    })
  }

  /** @throws JobuError CRON_EXPRESSION_INVALID and the other codes of `CronError` */
  async preview(body: PreviewBody, locale?: CronLocale) {
    const from = body.from ?? (await databaseNow(this.#database))
    const checked = checkSpec(
      {
        expression: body.cron_expression,
        timezone: body.timezone ?? this.#scheduling.timezone,
        dayMatch: body.day_match ?? 'or',
      },
      { minIntervalSeconds: this.#scheduling.minCronIntervalSeconds, from },
    )
    if ('faults' in checked) throw validationError(checked.faults.details, checked.faults.code)
    return previewCron(checked.spec, from, body.count, locale)
  }

  /** Applies what differs of the columns that `decide` returns for the locked row, and plans anew where that needs it. */
  async #change(
    id: number,
    handlers: Handlers,
    actor: Actor,
    action: string,
    decide: (row: CronRow) => Partial<NewCron>,
    isDryRun = false,
  ): Promise<CronView> {
    return transactionOrDryRun(this.#database, { label: 'change cron', isDryRun }, async (tx) => {
      const row = await lockCron(tx, id)
      const now = await databaseNow(tx)
      const change = differing(row, decide(row))
      const changed = Object.keys(change) as Column[]
      if (changed.length === 0) return viewOf(tx, row)

      const cron = { ...row, ...change } as CronRow
      const isReplanned = needsPlan(row, cron, changed)
      // One that fires no more needs no plan: what SQL made unreadable can still be disabled.
      const isPlanned = isReplanned && cron.isEnabled
      const spec = this.#check(cron, isPlanned ? [...changed, ...SPEC_COLUMNS] : changed, handlers, now)
      if (change.cronExpression !== undefined) change.cronExpression = spec.expression
      if (change.isEnabled) Object.assign(change, { enabledAt: now, disabledReason: null })
      if (isReplanned) Object.assign(change, planCron(cron, now))
      const after = await updateCron(tx, id, change)
      await audit(tx, actor, action, targetOf(after), cronFields(row), cronFields(after))
      return viewOf(tx, after)
    })
  }

  /** Applies the rules that need more than the body; those of columns that were not touched are left alone. */
  #check(cron: Checked, touched: Column[], handlers: Handlers, now: Date): CronSpec {
    const details: ErrorDetail[] = []
    const touches = (...columns: Column[]) => columns.some((column) => touched.includes(column))
    const checked = touches(...SPEC_COLUMNS)
      ? checkSpec(specOf(cron), {
          minIntervalSeconds: this.#scheduling.minCronIntervalSeconds,
          from: now,
        })
      : { spec: specOf(cron) }
    if ('faults' in checked) details.push(...checked.faults.details)
    else if (touches(...SPEC_COLUMNS, ...WINDOW_COLUMNS, 'jitterSeconds')) {
      details.push(...checkTimes(cron, checked.spec, now))
    }
    if (touches('handlerName', 'handlerParams')) {
      const fields = { name: 'handler_name', params: 'handler_params' }
      details.push(...handlers.faults(cron.handlerName, cron.handlerParams, [], fields))
    }
    if ('faults' in checked) {
      throw validationError(details, details.length === 1 ? checked.faults.code : undefined)
    }
    if (details.length > 0) throw validationError(details)
    return checked.spec
  }
}

/**
 * Whether an edit decides the next run anew, from now. An edit of anything else must not: a slot that is due at this
 * moment would be lost.
 */
function needsPlan(before: CronRow, after: CronRow, changed: Column[]): boolean {
  const columns: Column[] = [...SPEC_COLUMNS, ...WINDOW_COLUMNS, 'isEnabled']
  if (columns.some((column) => changed.includes(column))) return true
  return changed.includes('maxRuns') && (before.completedAt !== null || !hasRunsLeft(after))
}

function targetOf({ id, name }: CronRow): AuditTarget {
  return { type: 'cron', id, name }
}

/** The entries of `wanted` that differ from the row. */
function differing(row: CronRow, wanted: Partial<NewCron>): Partial<NewCron> {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([column, value]) => !isDeepStrictEqual(value, row[column as keyof CronRow]),
    ),
  )
}

async function viewOf(tx: Tx, row: CronRow, locale?: CronLocale): Promise<CronView> {
  const [view] = await viewsOf(tx, [row], locale)
  return view!
}
