export { backoffMs } from './backoffMs.ts'
export {
  type Connection,
  clientConfig,
  Database,
  type DatabaseConfig,
  type DatabaseOptions,
  type Query,
  type QueryResult,
  type TransactionOptions,
  type Tx,
} from './database.ts'
export {
  type ErrorCode,
  type ErrorDetail,
  isConnectionFailure,
  isRetryableTransaction,
  JobuError,
  sqlState,
} from './errors.ts'
export { Listener, type ListenerOptions } from './listener.ts'
export { checkMigrations, migrate, readMigrations } from './migrate.ts'
export { type ActiveExecutions, activeExecutionsOf } from './queries/activeExecutionsOf.ts'
export { amendAudit } from './queries/amendAudit.ts'
export { appendLogs, type LogLine } from './queries/appendLogs.ts'
export { changeExecution, type ExecutionChange } from './queries/changeExecution.ts'
export { CHANNELS } from './queries/channels.ts'
export {
  type ClaimedExecution,
  type ClaimOptions,
  type ClaimRange,
  claimExecutions,
} from './queries/claimExecutions.ts'
export { type Completion, completeExecutions } from './queries/completeExecutions.ts'
export { type Count, countExecutions } from './queries/countExecutions.ts'
export * from './queries/crons.ts'
export { type Facet, listFacets, pruneFacets } from './queries/executionFacets.ts'
export type { ExecutionFilter } from './queries/executionFilter.ts'
export * from './queries/executions.ts'
export { extendLeases } from './queries/extendLeases.ts'
export { type Failure, failExecutions } from './queries/failExecutions.ts'
export { failOrphanedHandlers } from './queries/failOrphanedHandlers.ts'
export { findCancelRequests } from './queries/findCancelRequests.ts'
export { type FindOptions, findExecutions } from './queries/findExecutions.ts'
export { findExecutionsById } from './queries/findExecutionsById.ts'
export { type ExpiredLease, findExpiredLeases } from './queries/findExpiredLeases.ts'
export { foldStats } from './queries/foldStats.ts'
export { getExecutionByKey } from './queries/getExecutionByKey.ts'
export {
  bindIdempotencyKeys,
  claimIdempotencyKeys,
  type IdempotencyClaim,
  type UsedKey,
} from './queries/idempotencyKeys.ts'
export { type EnqueueAudit, insertExecutions, type NewExecution } from './queries/insertExecutions.ts'
export { type LastRun, lastRunsOfCrons } from './queries/lastRunsOfCrons.ts'
export {
  CRON_ORDERS,
  type CronFilter,
  type CronOrder,
  type CronOrderValue,
  cronOrderValue,
  listCrons,
} from './queries/listCrons.ts'
export {
  EXECUTION_ORDERS,
  type ExecutionOrder,
  type ExecutionPage,
  listExecutions,
  MOST_SORTED,
} from './queries/listExecutions.ts'
export { type HandlerRow, listHandlers } from './queries/listHandlers.ts'
export { listLogs } from './queries/listLogs.ts'
export { type DueCron, lockDueCrons } from './queries/lockDueCrons.ts'
export { nextWakeUp } from './queries/nextWakeUp.ts'
export { dropMonth, ensurePartitions, expiredPartitions, pruneSideTables } from './queries/partitions.ts'
export { pauseFailingCrons } from './queries/pauseFailingCrons.ts'
export { promoteDueExecutions } from './queries/promoteDueExecutions.ts'
export { type PublishedHandler, publishHandlers } from './queries/publishHandlers.ts'
export { readyQueues } from './queries/readyQueues.ts'
export { type NewAuditEntry, recordAudit } from './queries/recordAudit.ts'
export { type Progress, recordProgress } from './queries/recordProgress.ts'
export { releaseOverlapWaiters } from './queries/releaseOverlapWaiters.ts'
export { releaseUnheld } from './queries/releaseUnheld.ts'
export { replaceExecutions } from './queries/replaceExecutions.ts'
export { readSetting, writeSetting } from './queries/settings.ts'
export type { Claim, ExecutionKey, RetryPolicy } from './queries/types.ts'
export {
  heartbeatDispatcher,
  heartbeatWorker,
  markLostServices,
  registerDispatcher,
  registerWorker,
  stopDispatcher,
  stopWorker,
  type WorkerRegistration,
} from './queries/workers.ts'
export { type CronAdvance, type Slot, writeSlots } from './queries/writeSlots.ts'
export { Databases, databaseConfigNamed, getConnection, getDatabases, installDatabases } from './registry.ts'
export * as schema from './schema/index.ts'
export * from './states.ts'
export { afterCommit, transactional, transactionalReadonly } from './transaction.ts'
export { resolveInDoubt, transactionalAcross } from './twoPhase.ts'
