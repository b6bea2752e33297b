import { ApiError, CliError } from '../errors.ts'
import type { Connection } from '../settings.ts'
import { call, type Query } from './request.ts'
import type { Cron, Job, JobDetail, LogLine, NextRuns, Page, Preview, SlotPage, Why } from './types.ts'

/** The largest page the API gives. */
export const MAX_PAGE = 200

/** What `POST /jobs/bulk/...` acts on. */
export type Selection = { ids: number[] } | { filter: Record<string, unknown> }
export interface BulkAnswer {
  matched: number
  /** Done by this call. */
  changed: number
  /** In a status that this cannot be done to. */
  skipped: number
  /** Not reached in the time a call takes; in a dry run, what would be done. */
  remaining: number
  is_exact: boolean
}
/** What `dry_run` of a backfill, or the backfill itself, says. */
export interface BackfillAnswer {
  count: number
  [field: string]: unknown
}
type Answer = Record<string, unknown>

/**
 * Every request that this client makes: the one place that knows paths, parameters and the shapes of answers. Streams
 * (`GET /events`, `GET /jobs/{id}/logs` as `text/event-stream`) are read by `followStream`.
 */
export class Api {
  constructor(
    readonly connection: Connection,
    private readonly signal?: AbortSignal,
  ) {}

  readonly crons = {
    list: (query: Query) => this.#get<Page<Cron>>('/crons', query),
    all: (query: Query = {}) => this.#allCrons(query),
    get: (id: number) => this.#get<Cron>(`/crons/${id}`),
    find: (nameOrId: string) => this.#findCron(nameOrId),
    create: (body: Answer, isDryRun = false) => this.#post<Cron>('/crons', body, dryRun(isDryRun)),
    update: (id: number, body: Answer, isDryRun = false) =>
      this.#call<Cron>('PUT', `/crons/${id}`, { body, query: dryRun(isDryRun) }),
    remove: (id: number) => this.#call<void>('DELETE', `/crons/${id}`),
    toggle: (id: number, isEnabled: boolean) =>
      this.#post<Cron>(`/crons/${id}/toggle`, { is_enabled: isEnabled }),
    trigger: (id: number, params?: Answer) => this.#post<Job>(`/crons/${id}/trigger`, { params }),
    preview: (body: { cron_expression: string; timezone?: string; day_match?: string; count?: number }) =>
      this.#post<Preview>('/crons/preview', body),
    next: (id: number, count: number) => this.#get<NextRuns>(`/crons/${id}/next`, { count }),
    slots: (id: number, query: Query) => this.#get<SlotPage>(`/crons/${id}/slots`, query),
    backfill: (id: number, body: Answer & { from: string; to: string }, isDryRun: boolean) =>
      this.#post<BackfillAnswer>(`/crons/${id}/backfill`, body, dryRun(isDryRun)),
  }

  readonly jobs = {
    list: (query: Query) => this.#get<Page<Job>>('/jobs', query),
    get: (id: number) => this.#get<JobDetail>(`/jobs/${id}`),
    why: (id: number) => this.#get<Why>(`/jobs/${id}/why`),
    logs: (id: number, query: Query) => this.#get<Page<LogLine>>(`/jobs/${id}/logs`, query),
    create: (body: Answer) => this.#post<Job>('/jobs', body),
    retry: (id: number) => this.#post<Job>(`/jobs/${id}/retry`),
    cancel: (id: number) => this.#post<Job>(`/jobs/${id}/cancel`),
    remove: (id: number) => this.#call<void>('DELETE', `/jobs/${id}`),
    bulk: (action: 'retry' | 'cancel' | 'delete', selection: Selection, isDryRun = false) =>
      this.#post<BulkAnswer>(`/jobs/bulk/${action}`, selection, dryRun(isDryRun)),
  }

  readonly scheduler = {
    status: () => this.#get<Answer>('/scheduler/status'),
    start: (isDryRun = false) => this.#post<Answer>('/scheduler/start', undefined, dryRun(isDryRun)),
    stop: () => this.#post<Answer>('/scheduler/stop'),
    reserve: (body: { reason: string; ttl_seconds: number }) =>
      this.#post<Answer>('/scheduler/reservation', body),
    release: () => this.#call<Answer | undefined>('DELETE', '/scheduler/reservation'),
  }

  readonly workers = () => this.#get<Page<Answer>>('/workers', { size: MAX_PAGE })
  readonly handlers = () => this.#get<Page<Answer>>('/handlers', { size: MAX_PAGE })
  readonly statsSummary = (query: Query) => this.#get<Answer>('/stats/summary', query)

  /** Every cron that matches, page by page. */
  async #allCrons(query: Query): Promise<Cron[]> {
    const found: Cron[] = []
    let next: Query = {}
    for (let page = 2; ; page++) {
      const answer = await this.crons.list({ order_by: 'id', ...query, ...next, size: MAX_PAGE })
      found.push(...answer.items)
      const { next_cursor: cursor } = answer
      if (cursor === null || (cursor === undefined && answer.items.length < MAX_PAGE)) return found
      next = cursor === undefined ? { page } : { cursor }
    }
  }

  /** @throws CliError where there is no such cron */
  async #findCron(nameOrId: string): Promise<Cron> {
    if (/^\d{1,15}$/.test(nameOrId)) {
      try {
        return await this.crons.get(Number(nameOrId))
      } catch (error) {
        // A name may be all digits too.
        if (!(error instanceof ApiError) || error.status !== 404) throw error
      }
    }
    const cron = (await this.#allCrons({ q: nameOrId })).find(({ name }) => name === nameOrId)
    if (!cron) throw new CliError(`there is no cron "${nameOrId}"`)
    return cron
  }

  #get<T>(path: string, query?: Query): Promise<T> {
    return this.#call('GET', path, { query })
  }

  #post<T>(path: string, body?: unknown, query?: Query): Promise<T> {
    return this.#call('POST', path, { body, query })
  }

  #call<T>(method: string, path: string, options: { query?: Query; body?: unknown } = {}): Promise<T> {
    return call<T>(this.connection, method, path, { ...options, signal: this.signal })
  }
}

function dryRun(isDryRun: boolean): Query {
  return isDryRun ? { dry_run: true } : {}
}
