import {
  type CronRow,
  type Database,
  databaseNow,
  getExecutionByKey,
  insertExecutions,
  lockCron,
  sqlState,
  type Tx,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import { type JobView, jobView } from '../views/jobView.ts'
import { audit } from './audit.ts'
import type { HandlerCatalog } from './handlerCatalog.ts'

const UNIQUE_VIOLATION = '23505'
const MAX_TRIES = 20
/** How far apart, in milliseconds, the times lie that another try chooses from. */
const SPREAD_MS = 10

/**
 * Runs a cron now, with its own retries, timeout, priority and queue, whether it is enabled or not, and beside what of
 * it runs: someone asked for it.
 *
 * @param params  instead of the cron's own
 * @throws JobuError CRON_NOT_FOUND, VALIDATION_FAILED
 */
export async function triggerCron(
  database: Database,
  catalog: HandlerCatalog,
  id: number,
  params: Record<string, unknown> | undefined,
  actor: Actor,
): Promise<JobView> {
  const handlers = await catalog.load([])
  const enqueue = async (tx: Tx, attempt: number) => {
    const cron = await lockCron(tx, id)
    if (params !== undefined) {
      const faults = handlers.faults(cron.handlerName, params, [], { name: 'handler_name', params: 'params' })
      if (faults.length > 0) throw validationError(faults)
    }
    const scheduledTime = timeFor(await databaseNow(tx), attempt)
    const [key] = await insertExecutions(tx, [executionOf(cron, params, scheduledTime)])
    const made = { job_id: key!.id, ...(params && { params }) }
    await audit(tx, actor, 'cron.trigger', { type: 'cron', id, name: cron.name }, null, made)
    return jobView(await getExecutionByKey(tx, key!))
  }
  for (let attempt = 0; ; attempt++) {
    try {
      return await database.transactional({ label: 'trigger cron' }, (tx) => enqueue(tx, attempt))
    } catch (error) {
      // A cron has one execution an instant, and another trigger took this one.
      if (sqlState(error) !== UNIQUE_VIOLATION || attempt === MAX_TRIES) throw error
    }
  }
}

/**
 * The instant a trigger takes: now, or on another try shortly before, since a time ahead would have to be waited for.
 * Never a whole second: it may be a slot, which would then count as run.
 */
function timeFor(now: Date, attempt: number): Date {
  const time = now.getTime() - Math.floor(Math.random() * attempt * SPREAD_MS)
  return new Date(time % 1000 === 0 ? time - 1 : time)
}

function executionOf(cron: CronRow, params: Record<string, unknown> | undefined, scheduledTime: Date) {
  return {
    jobId: cron.id,
    handlerName: cron.handlerName,
    params: params ?? cron.handlerParams,
    paramSource: 'api' as const,
    scheduledTime,
    priority: cron.priority,
    queue: cron.queue,
    maxRetry: cron.maxRetry,
    retryDelaySeconds: cron.retryDelaySeconds,
    retryBackoff: cron.retryBackoff,
    timeoutSeconds: cron.timeoutSeconds,
  }
}
