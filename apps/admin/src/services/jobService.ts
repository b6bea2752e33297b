import {
  cancelExecutions,
  type Database,
  deleteExecutions,
  type EnqueueAudit,
  type ErrorCode,
  type ExecutionRow,
  getExecution,
  getExecutionByKey,
  JobuError,
  lastLogs,
  listAttempts,
  listLogs,
  RETRYABLE_STATUSES,
  releaseOverlapWaiters,
  retryExecutions,
  type Tx,
  taskOfExecution,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import type {
  BulkActionBody,
  CreateJobBody,
  ListJobsQuery,
  ListLogsQuery,
  PatchJobBody,
} from '../schemas/job.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'
import { type JobView, jobView, listedJobView, logView, runViews } from '../views/jobView.ts'
import { type AuditTarget, actorColumns, audit } from './audit.ts'
import { type BulkVerb, bulkAction } from './bulkAction.ts'
import { changeJob } from './changeJob.ts'
import { type EnqueuedJob, enqueueJobs, type JobRequest } from './enqueueJobs.ts'
import { explainJob } from './explainJob.ts'
import type { HandlerCatalog } from './handlerCatalog.ts'
import { listJobs } from './listJobs.ts'
import { TypicalDurations } from './typicalDurations.ts'

/** Log lines shown with an execution; the others are paged. */
const LOGS_SHOWN = 100

/** Executions as people and programs ask for them. */
export class JobService {
  readonly #database: Database
  readonly #handlers: HandlerCatalog
  readonly #durations = new TypicalDurations()

  constructor(database: Database, handlers: HandlerCatalog) {
    this.#database = database
    this.#handlers = handlers
  }

  /** @throws JobuError VALIDATION_FAILED, IDEMPOTENCY_KEY_REUSED */
  async create(body: CreateJobBody, actor: Actor): Promise<{ job: JobView; isNew: boolean }> {
    const { idempotency_key: _, ...said } = body
    const audited = {
      ...actorColumns(actor),
      action: 'job.create',
      targetType: 'job',
      targetName: body.handler_name ?? body.type,
      after: said,
    }
    const [enqueued] = await this.#enqueue([body], () => [], audited)
    try {
      return { job: jobView(await this.#enqueued(enqueued!)), isNew: enqueued!.isNew }
    } catch (error) {
      if (!(error instanceof JobuError) || error.code !== 'JOB_NOT_FOUND' || enqueued!.isNew) throw error
      // Someone deleted it. Making it again would do twice what the key says to do once.
      throw new JobuError(
        'IDEMPOTENCY_KEY_REUSED',
        `The job ${enqueued!.id} of this idempotency key no longer exists`,
        { cause: error },
      )
    }
  }

  /** All or none. @returns ids in the order given. @throws as `create` */
  async createMany(bodies: CreateJobBody[], actor: Actor): Promise<{ count: number; ids: number[] }> {
    const audited = { ...actorColumns(actor), action: 'jobs.create', targetType: 'jobs', after: {} }
    const enqueued = await this.#enqueue(bodies, (index) => ['jobs', index], audited)
    return { count: enqueued.length, ids: enqueued.map((job) => job.id) }
  }

  /** @throws JobuError VALIDATION_FAILED */
  async list(query: ListJobsQuery) {
    return listJobs(this.#database, query, this.#durations)
  }

  /** With its runs and the end of its log. @throws JobuError JOB_NOT_FOUND */
  async get(id: number) {
    const row = await getExecution(this.#database, id)
    const [attempts, logs, finishes] = await Promise.all([
      listAttempts(this.#database, row),
      lastLogs(this.#database, row, LOGS_SHOWN),
      this.#durations.expectedFinishes(this.#database, [row]),
    ])
    const task = row.taskRunId === null ? undefined : await taskOfExecution(this.#database, row.taskRunId)
    return {
      ...listedJobView(row, finishes),
      schedule_id: task?.scheduleId ?? null,
      run_id: task?.runId ?? null,
      task_key: task?.taskKey ?? null,
      runs: runViews(row, attempts),
      logs: logs.map(logView),
    }
  }

  /** @throws JobuError JOB_NOT_FOUND */
  async runs(id: number) {
    const row = await getExecution(this.#database, id)
    return { items: runViews(row, await listAttempts(this.#database, row)) }
  }

  /** @throws JobuError JOB_NOT_FOUND */
  async why(id: number) {
    return explainJob(this.#database, id)
  }

  /** @throws JobuError JOB_NOT_FOUND */
  async logs(id: number, query: ListLogsQuery) {
    const page = pageOf(query)
    const row = await getExecution(this.#database, id)
    const { rows, total } = await listLogs(this.#database, row, query, page)
    return pageBody(rows.map(logView), total, page)
  }

  /** @throws JobuError JOB_NOT_FOUND, JOB_NOT_CHANGEABLE */
  async update(id: number, body: PatchJobBody, actor: Actor): Promise<JobView> {
    return changeJob(this.#database, id, body, actor)
  }

  /** Retries, cancels or deletes many. */
  async bulk(verb: BulkVerb, body: BulkActionBody, actor: Actor, signal: AbortSignal) {
    return bulkAction(this.#database, verb, body, actor, signal)
  }

  /** @throws JobuError JOB_NOT_FOUND, JOB_NOT_RETRYABLE */
  async retry(id: number, actor: Actor): Promise<JobView> {
    const expected = `only ${RETRYABLE_STATUSES.join(', ')} can be retried`
    return this.#act(id, actor, 'retry', 'JOB_NOT_RETRYABLE', expected, async (tx, row) => {
      await refuseTask(tx, row, 'JOB_NOT_RETRYABLE', (run) => `run the task again: POST ${run}/rerun`)
      const [done] = await retryExecutions(tx, [row])
      return done !== undefined
    })
  }

  /** @throws JobuError JOB_NOT_FOUND, JOB_NOT_CANCELLABLE */
  async cancel(id: number, actor: Actor): Promise<JobView> {
    const expected = 'only PENDING and RUNNING can be cancelled'
    return this.#act(id, actor, 'cancel', 'JOB_NOT_CANCELLABLE', expected, async (tx, row) => {
      const [done] = await cancelExecutions(tx, [row], actor.name)
      if (done !== undefined) await releaseWaiters(tx, row)
      return done !== undefined
    })
  }

  /** With its attempts and log. @throws JobuError JOB_NOT_FOUND, JOB_NOT_DELETABLE */
  async remove(id: number, actor: Actor): Promise<void> {
    await this.#database.transactional({ label: 'delete job' }, async (tx) => {
      const row = await getExecution(tx, id)
      if (row.status === 'PENDING') {
        await refuseTask(tx, row, 'JOB_NOT_DELETABLE', (run) => `cancel it first, or skip the task in ${run}`)
      }
      const [done] = await deleteExecutions(tx, [row])
      if (done === undefined) throw await refused(tx, id, 'JOB_NOT_DELETABLE', 'cancel it first')
      await releaseWaiters(tx, row)
      await audit(tx, actor, 'job.delete', targetOf(row), jobView(row), null)
    })
  }

  /** One that an earlier request made may have been given another time since: then its id alone finds it. */
  async #enqueued(job: EnqueuedJob): Promise<ExecutionRow> {
    if (job.isNew) return getExecutionByKey(this.#database, job)
    return getExecution(this.#database, job.id)
  }

  async #enqueue(
    bodies: CreateJobBody[],
    pathOf: (index: number) => PropertyKey[],
    audited: EnqueueAudit,
  ): Promise<EnqueuedJob[]> {
    const requests = bodies.map(requestOf)
    const handlers = await this.#handlers.load(
      new Set(requests.map(({ execution }) => execution.handlerName)),
    )
    const faults = requests.flatMap(({ execution }, index) => {
      const fields = {
        name: bodies[index]!.handler_name === undefined ? 'type' : 'handler_name',
        params: 'params',
      }
      return handlers.faults(execution.handlerName, execution.params, pathOf(index), fields)
    })
    if (faults.length > 0) throw validationError(faults)
    return enqueueJobs(this.#database, requests, audited)
  }

  /** Runs an action on an execution whose status decides whether it can be done. */
  async #act(
    id: number,
    actor: Actor,
    verb: 'retry' | 'cancel',
    code: ErrorCode,
    expected: string,
    action: (tx: Tx, row: ExecutionRow) => Promise<boolean>,
  ): Promise<JobView> {
    return this.#database.transactional({ label: 'change job' }, async (tx) => {
      const row = await getExecution(tx, id)
      if (!(await action(tx, row))) throw await refused(tx, id, code, expected)
      const after = jobView(await getExecutionByKey(tx, row))
      await audit(tx, actor, `job.${verb}`, targetOf(row), jobView(row), after)
      return after
    })
  }
}

function targetOf({ id, handlerName }: ExecutionRow): AuditTarget {
  return { type: 'job', id, name: handlerName }
}

/** What the run of a schedule does with its tasks is for the run to do. @throws JobuError `code` */
async function refuseTask(
  tx: Tx,
  { id, taskRunId }: ExecutionRow,
  code: ErrorCode,
  hint: (run: string) => string,
): Promise<void> {
  const task = taskRunId === null ? undefined : await taskOfExecution(tx, taskRunId)
  if (!task) return
  const run = `/schedules/${task.scheduleId}/runs/${task.runId}`
  const message = `is the task ${task.taskKey} of a run; ${hint(run)}`
  throw new JobuError(code, `Job ${id} ${message}`, { details: [{ field: 'id', message, received: id }] })
}

/** A slot that waited for this execution of its cron can go now. */
async function releaseWaiters(tx: Tx, { jobId }: ExecutionRow): Promise<void> {
  if (jobId !== null) await releaseOverlapWaiters(tx, [jobId])
}

/** Read again for the message: the statement that refused saw a newer status than was read before it. */
async function refused(tx: Tx, id: number, code: ErrorCode, expected: string): Promise<JobuError> {
  const { status } = await getExecution(tx, id)
  return new JobuError(code, `Job ${id} is ${status}; ${expected}`, {
    details: [{ field: 'status', message: expected, received: status }],
  })
}

function requestOf(body: CreateJobBody): JobRequest {
  return {
    execution: {
      // The schema refuses a body with neither.
      handlerName: (body.handler_name ?? body.type)!,
      params: body.params,
      paramSource: 'api',
      scheduledTime: body.scheduled_time ?? body.time ?? null,
      priority: body.priority,
      queue: body.queue,
      maxRetry: body.max_retry,
      retryDelaySeconds: body.retry_delay_seconds,
      retryBackoff: body.retry_backoff,
      timeoutSeconds: body.timeout_seconds,
    },
    idempotencyKey: body.idempotency_key,
  }
}
