import {
  backfillTurn,
  type ExecutionRow,
  executionBlockers,
  type LiveWorker,
  liveDispatchers,
  liveWorkers,
  queuePosition,
  runningPerWorker,
  type SchedulerState,
  type Tx,
} from '@jobu/db'
import type { Cause } from './explainJob.ts'
import { inWords } from './inWords.ts'

/** So many executions that stand in the way are named. */
const MAX_BLOCKERS = 10

/** Why a PENDING execution does not run: what it waits for itself, then what keeps everything, then who could take it. */
export async function explainPending(tx: Tx, row: ExecutionRow, state: SchedulerState): Promise<Cause[]> {
  const causes = [...(await waitingCauses(tx, row, state.now)), ...holdCauses(row, state)]
  const workers = await liveWorkers(tx)
  const unserved = servingCause(row, workers)
  if (unserved) causes.push(unserved)
  if (row.readyAt === null) return causes

  const able = workers.filter((worker) => worker.status === 'ACTIVE' && serves(worker, row))
  if (able.length > 0) {
    const running = await runningPerWorker(
      tx,
      able.map((worker) => worker.id),
    )
    const isFull = able.every((worker) => (running.get(worker.id) ?? 0) >= worker.poolSize)
    if (isFull) {
      const slots = able.reduce((sum, worker) => sum + worker.poolSize, 0)
      causes.push({
        code: 'POOLS_FULL',
        message: `All ${slots} slots of the ${able.length} worker(s) that could take it are in use.`,
        details: { workers: able.map((worker) => worker.id), slots },
      })
    }
  }
  const { ahead, isExact } = await queuePosition(tx, { ...row, readyAt: row.readyAt })
  if (ahead > 0) {
    causes.push({
      code: 'BEHIND_OTHERS',
      message: `${isExact ? ahead : `More than ${ahead}`} executions stand before it in the queue "${row.queue}", by priority and then by how long they are ready.`,
      details: { ahead, is_exact: isExact, queue: row.queue, priority: row.priority },
    })
  }
  if (causes.length > 0) return causes
  const readyMs = state.now.getTime() - row.readyAt.getTime()
  return [
    {
      code: 'BEING_CLAIMED',
      message: `Nothing is in its way: it is ready since ${inWords(readyMs)}, and a worker's next claim takes it.`,
      details: { ready_at: row.readyAt, ready_for_ms: readyMs, workers: able.map((worker) => worker.id) },
    },
  ]
}

async function waitingCauses(tx: Tx, row: ExecutionRow, now: Date): Promise<Cause[]> {
  switch (row.waitingFor) {
    case null:
      return []
    case 'time':
      return timeCauses(tx, row, now)
    case 'overlap': {
      const blockers = (await executionBlockers(tx, row.jobId!, row.id, MAX_BLOCKERS)).filter(
        (one) => one.waitingFor !== 'overlap',
      )
      const [first] = blockers
      const what = first
        ? `execution ${first.id} of ${first.scheduledTime.toISOString()}, which is ${first.status}${first.workerId ? ` on ${first.workerId}` : ''}`
        : 'nothing any more: a dispatcher lets it go within seconds'
      return [
        {
          code: 'WAITING_FOR_OVERLAP',
          message: `Executions of its cron must not overlap; it waits for ${what}.`,
          details: {
            blocking: blockers.map((one) => ({
              job_id: one.id,
              scheduled_time: one.scheduledTime,
              status: one.status,
              worker_id: one.workerId,
            })),
          },
        },
        ...(first ? [] : await dispatcherCauses(tx)),
      ]
    }
    case 'backfill': {
      const ahead = await backfillTurn(tx, row.jobId!, row.scheduledTime)
      const active = await executionBlockers(tx, row.jobId!, row.id, MAX_BLOCKERS)
      return [
        {
          code: 'WAITING_FOR_BACKFILL',
          message: `It is a backfilled slot: at most ${row.backfillLimit} of its cron are active at once, regular slots go first, and ${ahead} stand before it.`,
          details: { max_active: row.backfillLimit, ahead, active: active.map((one) => one.id) },
        },
      ]
    }
  }
}

async function timeCauses(tx: Tx, row: ExecutionRow, now: Date): Promise<Cause[]> {
  const waitMs = row.runAt.getTime() - now.getTime()
  const until = row.runAt.toISOString()
  const details = { until: row.runAt, wait_ms: Math.max(0, waitMs) }
  if (waitMs <= 0) {
    const message = `Its time came at ${until}; a dispatcher makes it ready at its next pass.`
    return [...(await dispatcherCauses(tx)), { code: 'PROMOTION_DUE', message, details }]
  }
  if (row.attempt > 0) {
    return [
      {
        code: 'BACKING_OFF',
        message: `Attempt ${row.attempt} ended with ${row.reason ?? 'an error'}; the next one is due at ${until}, in ${inWords(waitMs)}.`,
        details: {
          ...details,
          attempt: row.attempt,
          retry_count: row.retryCount,
          max_retry: row.maxRetry,
          reason: row.reason,
          error_message: row.errorMessage,
        },
      },
    ]
  }
  if (row.jobId !== null && row.runAt > row.scheduledTime && row.scheduledTime <= now) {
    const message = `Its slot is ${row.scheduledTime.toISOString()}, and jitter moves its start to ${until}.`
    return [{ code: 'JITTER', message, details }]
  }
  const message = `It is scheduled for ${until}, in ${inWords(waitMs)}.`
  return [{ code: 'SCHEDULED_LATER', message, details }]
}

/** Whoever is to make it ready must be there. */
async function dispatcherCauses(tx: Tx): Promise<Cause[]> {
  if ((await liveDispatchers(tx)).length > 0) return []
  return [{ code: 'NO_DISPATCHER', message: 'No dispatcher is alive to make it ready.', details: {} }]
}

function holdCauses(
  row: ExecutionRow,
  { isRunning, changedAt, changedBy, reservation }: SchedulerState,
): Cause[] {
  const causes: Cause[] = []
  if (!isRunning) {
    causes.push({
      code: 'SCHEDULER_STOPPED',
      message: `The scheduler was stopped${changedBy ? ` by ${changedBy}` : ''} at ${changedAt.toISOString()}; nothing is started until someone starts it.`,
      details: { stopped_by: changedBy, stopped_at: changedAt },
    })
  }
  if (reservation && reservation.executionId !== row.id) {
    const { reason, reservedBy, reservedAt, reservedUntil, executionId } = reservation
    causes.push({
      code: 'QUEUE_RESERVED',
      message: `The queue is reserved by ${reservedBy} until ${reservedUntil.toISOString()}: ${reason}.`,
      details: {
        reason,
        reserved_by: reservedBy,
        reserved_at: reservedAt,
        reserved_until: reservedUntil,
        reserved_for_job_id: executionId,
      },
    })
  }
  return causes
}

const servesQueue = (worker: LiveWorker, { queue }: ExecutionRow) =>
  worker.queues.includes('*') || worker.queues.includes(queue)
const hasHandler = (worker: LiveWorker, { handlerName }: ExecutionRow) =>
  worker.handlers.includes(handlerName)
const serves = (worker: LiveWorker, row: ExecutionRow) => servesQueue(worker, row) && hasHandler(worker, row)

/** What no live worker does; a draining one takes nothing more. */
function servingCause(row: ExecutionRow, workers: LiveWorker[]): Cause | undefined {
  const active = workers.filter((worker) => worker.status === 'ACTIVE')
  const details = {
    queue: row.queue,
    handler_name: row.handlerName,
    workers: active.map((worker) => worker.id),
    draining: workers.length - active.length,
  }
  if (active.length === 0) {
    const draining = workers.length > 0 ? ` (${workers.length} drain and take nothing more)` : ''
    return { code: 'NO_WORKER', message: `No worker is alive${draining}.`, details }
  }
  if (!active.some((worker) => servesQueue(worker, row))) {
    return {
      code: 'QUEUE_NOT_SERVED',
      message: `No live worker serves the queue "${row.queue}".`,
      details: { ...details, queues_served: [...new Set(active.flatMap((worker) => worker.queues))] },
    }
  }
  if (!active.some((worker) => hasHandler(worker, row))) {
    const message = `No live worker has the handler "${row.handlerName}"; a minute after it became ready it fails for that.`
    return { code: 'HANDLER_NOT_SERVED', message, details }
  }
  if (!active.some((worker) => serves(worker, row))) {
    const message = `No live worker both serves the queue "${row.queue}" and has the handler "${row.handlerName}".`
    return { code: 'NO_WORKER_SERVES_BOTH', message, details }
  }
  return undefined
}
