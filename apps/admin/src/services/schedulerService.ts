import {
  cumulativeStats,
  type Database,
  freeQueue,
  getExecutionByKey,
  insertExecutions,
  JobuError,
  liveDispatchers,
  liveWorkers,
  lockSchedulerState,
  readSchedulerState,
  reserveQueue,
  type SchedulerState,
  schedulerLoad,
  setSchedulerRunning,
  type Tx,
} from '@jobu/db'
import type { SchedulingConfig } from '../config.ts'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import type { ReservationBody } from '../schemas/scheduler.ts'
import { type JobView, jobView } from '../views/jobView.ts'
import {
  type ReservationView,
  reservationView,
  type SchedulerView,
  schedulerView,
} from '../views/schedulerView.ts'
import { audit } from './audit.ts'
import { exclusively } from './exclusively.ts'
import type { HandlerCatalog } from './handlerCatalog.ts'
import { previewStart } from './previewStart.ts'

/** How long a direct trigger holds the queue at most, in seconds, should its execution never end. */
const TRIGGER_TTL_SECONDS = 3_600
const TARGET = { type: 'scheduler', id: null } as const

/** The scheduler as a whole: whether anything starts, and who holds the queue. Kept in one row that every claim reads. */
export class SchedulerService {
  readonly #database: Database
  readonly #handlers: HandlerCatalog
  readonly #scheduling: SchedulingConfig

  constructor(database: Database, handlers: HandlerCatalog, scheduling: SchedulingConfig) {
    this.#database = database
    this.#handlers = handlers
    this.#scheduling = scheduling
  }

  async status(): Promise<SchedulerView> {
    const database = this.#database
    const [state, load, counts, dispatchers, workers] = await Promise.all([
      readSchedulerState(database),
      schedulerLoad(database),
      cumulativeStats(database),
      liveDispatchers(database),
      liveWorkers(database),
    ])
    return schedulerView(state, load, counts, dispatchers, workers)
  }

  /** What runs now goes on; a scheduler that runs already is left as it is. */
  async start(actor: Actor): Promise<SchedulerView> {
    const { isRunning } = await readSchedulerState(this.#database)
    if (!isRunning) {
      await this.#database.transactional({ label: 'start scheduler' }, (tx) => setRunning(tx, true, actor))
    }
    return this.status()
  }

  async previewStart() {
    return previewStart(this.#database, this.#scheduling)
  }

  /** From its commit on nothing is claimed and no slot dispatched; what runs finishes. */
  async stop(actor: Actor): Promise<SchedulerView> {
    const { isRunning } = await readSchedulerState(this.#database)
    if (isRunning) await exclusively(this.#database, 'stop scheduler', (tx) => setRunning(tx, false, actor))
    return this.status()
  }

  /** @throws JobuError RESERVATION_EXISTS */
  async reserve(body: ReservationBody, actor: Actor): Promise<ReservationView> {
    return exclusively(this.#database, 'reserve queue', async (tx) => {
      await lockFreeQueue(tx)
      await reserveQueue(tx, { by: actor.name, reason: body.reason, ttlSeconds: body.ttl_seconds })
      const made = reservationView((await readSchedulerState(tx)).reservation!)
      await audit(tx, actor, 'scheduler.reserve', TARGET, null, made)
      return made
    })
  }

  /** Ends the reservation, whoever made it. @throws JobuError RESERVATION_NOT_FOUND */
  async free(actor: Actor): Promise<void> {
    await this.#database.transactional({ label: 'free queue' }, async (tx) => {
      const { reservation } = await lockSchedulerState(tx)
      if (!reservation) throw new JobuError('RESERVATION_NOT_FOUND', 'The queue is not reserved')
      await freeQueue(tx)
      await audit(tx, actor, 'scheduler.free', TARGET, reservationView(reservation), null)
    })
  }

  /**
   * Enqueues a job and holds the queue for it alone until it has ended.
   *
   * @param body  the params, or an object with nothing but `params`
   * @throws JobuError HANDLER_NOT_FOUND, VALIDATION_FAILED, RESERVATION_EXISTS
   */
  async triggerHandler(handlerName: string, body: Record<string, unknown>, actor: Actor): Promise<JobView> {
    const { params, field } = paramsOf(body)
    const handlers = await this.#handlers.load([handlerName])
    if (!handlers.has(handlerName)) {
      throw new JobuError('HANDLER_NOT_FOUND', `No worker has published a handler "${handlerName}"`)
    }
    const faults = handlers.faults(handlerName, params, [], { name: 'handler', params: 'params' })
    if (faults.length > 0) {
      throw validationError(
        faults.map((fault) => ({ ...fault, field: fault.field.replace(/^params\.?/, field) || 'body' })),
      )
    }
    return exclusively(this.#database, 'trigger handler', async (tx) => {
      await lockFreeQueue(tx)
      const [execution] = await insertExecutions(tx, [{ handlerName, params, paramSource: 'api' }])
      await reserveQueue(tx, {
        by: actor.name,
        reason: `direct trigger of handler "${handlerName}"`,
        ttlSeconds: TRIGGER_TTL_SECONDS,
        execution: execution!,
      })
      const target = { type: 'job', id: execution!.id, name: handlerName } as const
      await audit(tx, actor, 'job.trigger', target, null, { handler_name: handlerName, params })
      return jobView(await getExecutionByKey(tx, execution!))
    })
  }
}

async function setRunning(tx: Tx, isRunning: boolean, actor: Actor): Promise<void> {
  const before = await lockSchedulerState(tx)
  if (before.isRunning === isRunning) return
  await setSchedulerRunning(tx, isRunning, actor.name)
  const action = isRunning ? 'scheduler.start' : 'scheduler.stop'
  await audit(tx, actor, action, TARGET, { is_running: !isRunning }, { is_running: isRunning })
}

/** @throws JobuError RESERVATION_EXISTS */
async function lockFreeQueue(tx: Tx): Promise<SchedulerState> {
  const state = await lockSchedulerState(tx)
  if (!state.reservation) return state
  const { reason, reserved_by, reserved_until } = reservationView(state.reservation)
  throw new JobuError(
    'RESERVATION_EXISTS',
    `The queue is reserved by ${reserved_by} until ${reserved_until.toISOString()}: ${reason}`,
    { details: [{ field: 'reservation', message: 'must end first', received: reason }] },
  )
}

function paramsOf(body: Record<string, unknown>): { params: Record<string, unknown>; field: string } {
  const { params, ...others } = body
  const isWrapped = typeof params === 'object' && params !== null && !Array.isArray(params)
  return isWrapped && Object.keys(others).length === 0
    ? { params: params as Record<string, unknown>, field: 'params.' }
    : { params: body, field: '' }
}
