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
  DATABASE_ERROR_KINDS,
  type DatabaseErrorKind,
  type DatabaseStats,
  databaseErrorKind,
} from './databaseStats.ts'
export {
  type ErrorCode,
  type ErrorDetail,
  isConnectionFailure,
  isRetryableTransaction,
  JobuError,
  sqlState,
} from './errors.ts'
export { Histogram } from './histogram.ts'
export { Listener, type ListenerOptions } from './listener.ts'
export { checkMigrations, checkNotBehind, migrate, readMigrations } from './migrate.ts'
export { type ActiveExecutions, activeExecutionsOf } from './queries/activeExecutionsOf.ts'
export * from './queries/airflow/index.ts'
export { amendAudit } from './queries/amendAudit.ts'
export * from './queries/apiTokens.ts'
export { appendLogs, type LogLine } from './queries/appendLogs.ts'
export { checkArtifactName } from './queries/artifacts/artifactName.ts'
export type { ArtifactRow } from './queries/artifacts/artifactRows.ts'
export { artifactsBefore } from './queries/artifacts/artifactsBefore.ts'
export {
  getArtifact,
  listArtifactsOfExecution,
  listArtifactsOfRun,
} from './queries/artifacts/listArtifacts.ts'
export { pruneArtifacts } from './queries/artifacts/pruneArtifacts.ts'
export { type NewArtifact, putArtifact } from './queries/artifacts/putArtifact.ts'
export { readArtifact } from './queries/artifacts/readArtifact.ts'
export { type TaskPlace, taskOf } from './queries/artifacts/taskOf.ts'
export { averageDurations, averageHandlerDurations } from './queries/averageDurations.ts'
export { deleteCrons, disableCrons, enableCrons } from './queries/changeCrons.ts'
export { changeExecution, type ExecutionEdit } from './queries/changeExecution.ts'
export { CHANNELS } from './queries/channels.ts'
export {
  type ClaimedExecution,
  type ClaimOptions,
  type ClaimRange,
  claimExecutions,
} from './queries/claimExecutions.ts'
export { type Completion, completeExecutions } from './queries/completeExecutions.ts'
export { type Count, countExecutions } from './queries/countExecutions.ts'
export { type CronFacet, cronFacets } from './queries/cronFacets.ts'
export {
  type CronRevision,
  coveringRowBefore,
  executionMonths,
  getAnyCron,
  lastSlotUntil,
  listCronRevisions,
  listSchedulerStops,
  listSlotRows,
  type SchedulerStop,
  type SlotRow,
} from './queries/cronHistory.ts'
export { type CronName, cronNames } from './queries/cronNames.ts'
export * from './queries/crons.ts'
export { cronsByLastStatus, FOUND_LAST_STATUSES, type FoundLastStatus } from './queries/cronsByLastStatus.ts'
export { cumulativeStats } from './queries/cumulativeStats.ts'
export { drainWorker } from './queries/drainWorker.ts'
export { dueCrons } from './queries/dueCrons.ts'
export { type Blocker, backfillTurn, executionBlockers } from './queries/executionBlockers.ts'
export { type Facet, listFacets, pruneFacets } from './queries/executionFacets.ts'
export type { ExecutionFilter } from './queries/executionFilter.ts'
export * from './queries/executions.ts'
export { executionsHeldBy } from './queries/executionsHeldBy.ts'
export { extendLeases } from './queries/extendLeases.ts'
export { type Failure, failExecutions } from './queries/failExecutions.ts'
export { failOrphanedHandlers } from './queries/failOrphanedHandlers.ts'
export { findCancelRequests } from './queries/findCancelRequests.ts'
export { type FindOptions, findExecutions } from './queries/findExecutions.ts'
export { findExecutionsById } from './queries/findExecutionsById.ts'
export { type ExpiredLease, findExpiredLeases } from './queries/findExpiredLeases.ts'
export * from './queries/findHandlers.ts'
export { foldStats } from './queries/foldStats.ts'
export { type ForecastCron, forecastCrons, type PlannedCronFilter } from './queries/forecastCrons.ts'
export { getExecutionByKey } from './queries/getExecutionByKey.ts'
export {
  bindIdempotencyKeys,
  claimIdempotencyKeys,
  type IdempotencyClaim,
  type UsedKey,
} from './queries/idempotencyKeys.ts'
export { type Backfill, insertBackfill } from './queries/insertBackfill.ts'
export { type EnqueueAudit, insertExecutions, type NewExecution } from './queries/insertExecutions.ts'
export { type AuditRow, lastAuditOf } from './queries/lastAuditOf.ts'
export { type LastRun, lastRunsOfCrons } from './queries/lastRunsOfCrons.ts'
export * from './queries/listAudit.ts'
export {
  CRON_ORDERS,
  type CronFilter,
  type CronOrder,
  type CronOrderValue,
  countCrons,
  cronOrderValue,
  listCrons,
  lockCrons,
} from './queries/listCrons.ts'
export {
  EXECUTION_ORDERS,
  type ExecutionOrder,
  type ExecutionPage,
  listExecutions,
  MOST_SORTED,
} from './queries/listExecutions.ts'
export { type FailureRow, listFailures } from './queries/listFailures.ts'
export { type HandlerRow, listHandlers } from './queries/listHandlers.ts'
export { LOG_LEVELS, type LogFilter, type LogLevel, listLogs } from './queries/listLogs.ts'
export { type LogPosition, listLogsAfter } from './queries/listLogsAfter.ts'
export { listQueues, type QueueList, type QueueRow } from './queries/listQueues.ts'
export * from './queries/listServices.ts'
export {
  type LiveDispatcher,
  type LiveWorker,
  liveDispatchers,
  liveWorkers,
  SILENT_SECONDS,
} from './queries/liveServices.ts'
export { type DueCron, lockDueCrons } from './queries/lockDueCrons.ts'
export {
  type MinuteSample,
  queueSamples,
  type TotalSample,
  totalSamples,
} from './queries/minuteSeries.ts'
export { nextWakeUp } from './queries/nextWakeUp.ts'
export { dropMonth, ensurePartitions, expiredPartitions, pruneSideTables } from './queries/partitions.ts'
export { pauseFailingCrons } from './queries/pauseFailingCrons.ts'
export { promoteDueExecutions } from './queries/promoteDueExecutions.ts'
export { pruneHistory } from './queries/pruneHistory.ts'
export { pruneRateLimits } from './queries/pruneRateLimits.ts'
export { pruneStats } from './queries/pruneStats.ts'
export { type PublishedHandler, publishHandlers } from './queries/publishHandlers.ts'
export { MAX_AHEAD_COUNTED, queuePosition } from './queries/queuePosition.ts'
export { CRON_RANKS, type CronRank, RANKED_FAILURES, rankCrons } from './queries/rankCrons.ts'
export { COUNTED_AT_MOST, type QueueFigures, readQueueFigures } from './queries/readQueueFigures.ts'
export { readyQueues } from './queries/readyQueues.ts'
export { type RecentRun, recentRunsOfCrons } from './queries/recentRunsOfCrons.ts'
export { type NewAuditEntry, recordAudit } from './queries/recordAudit.ts'
export { type Progress, recordProgress } from './queries/recordProgress.ts'
export { monthsToRecount, pruneTotals, recountTotals } from './queries/recountTotals.ts'
export { MAX_BACKFILL_LIMIT, releaseBackfill } from './queries/releaseBackfill.ts'
export { releaseOverlapWaiters } from './queries/releaseOverlapWaiters.ts'
export { releaseUnheld } from './queries/releaseUnheld.ts'
export { replaceExecutions } from './queries/replaceExecutions.ts'
export { runningPerWorker } from './queries/runningPerWorker.ts'
export { cancelRun } from './queries/runs/cancelRun.ts'
export { continueCancels } from './queries/runs/continueCancels.ts'
export { createRun, type NewRun } from './queries/runs/createRun.ts'
export { type ApprovalDecision, decideApproval } from './queries/runs/decideApproval.ts'
export { type LockedRun, lockRun } from './queries/runs/lockRun.ts'
export { type Mark, markTask } from './queries/runs/markTask.ts'
export { matchSignals } from './queries/runs/matchSignals.ts'
export { type Rerun, rerunTasks } from './queries/runs/rerunTasks.ts'
export { type Signal, sendSignal } from './queries/runs/sendSignal.ts'
export { settleChild } from './queries/runs/settleChild.ts'
export { startPendingRuns } from './queries/runs/startPendingRuns.ts'
export { SAMPLE_WINDOW_SECONDS, sampleMinute } from './queries/sampleMinute.ts'
export {
  MAX_QUEUE_COUNTED,
  MAX_RUNNING_NAMED,
  type SchedulerLoad,
  schedulerLoad,
} from './queries/schedulerLoad.ts'
export {
  excludeClaims,
  freeQueue,
  lockSchedulerState,
  type NewReservation,
  type Reservation,
  readSchedulerState,
  reserveQueue,
  type SchedulerSight,
  type SchedulerState,
  setSchedulerRunning,
  watchScheduler,
} from './queries/schedulerState.ts'
export { type ActiveRuns, activeRunsOf } from './queries/schedules/activeRunsOf.ts'
export { awaitTasks } from './queries/schedules/awaitTasks.ts'
export { clearFollowUps } from './queries/schedules/clearFollowUps.ts'
export { endTasks, type TaskEnd } from './queries/schedules/endTasks.ts'
export { expandTask } from './queries/schedules/expandTask.ts'
export { foldRunStats } from './queries/schedules/foldRunStats.ts'
export { type GridCell, gridOfRuns } from './queries/schedules/gridOfRuns.ts'
export * from './queries/schedules/insertVersion.ts'
export { linkSubrun } from './queries/schedules/linkSubrun.ts'
export * from './queries/schedules/listSchedules.ts'
export { type DueSchedule, lockDueSchedules } from './queries/schedules/lockDueSchedules.ts'
export { type DueTask, lockDueTasks } from './queries/schedules/lockDueTasks.ts'
export { type FinishedRun, lockFollowUps } from './queries/schedules/lockFollowUps.ts'
export { lockUnplannedSchedules } from './queries/schedules/lockUnplannedSchedules.ts'
export { lockZonedSchedules, type PlannedSchedule } from './queries/schedules/lockZonedSchedules.ts'
export { nextScheduleWakeUp } from './queries/schedules/nextScheduleWakeUp.ts'
export { noteNotifications } from './queries/schedules/noteNotifications.ts'
export { pruneRuns } from './queries/schedules/pruneRuns.ts'
export { pruneSignals } from './queries/schedules/pruneSignals.ts'
export { pruneVersions } from './queries/schedules/pruneVersions.ts'
export { queueTasks } from './queries/schedules/queueTasks.ts'
export { type RunStat, readRunStats } from './queries/schedules/readRunStats.ts'
export { type NamedTask, readTaskResults, type TaskOutcome } from './queries/schedules/readTaskResults.ts'
export { type CorrectedStat, rebuildRunStats } from './queries/schedules/rebuildRunStats.ts'
export * from './queries/schedules/runTasks.ts'
export * from './queries/schedules/scheduleRuns.ts'
export * from './queries/schedules/schedules.ts'
export { type ScheduleToRun, scheduleToRun } from './queries/schedules/scheduleToRun.ts'
export { setScheduleRuns } from './queries/schedules/setScheduleRuns.ts'
export * from './queries/schedules/subSchedules.ts'
export { type RunOutcome, summarizeRun } from './queries/schedules/summarizeRun.ts'
export * from './queries/schedules/taskLogs.ts'
export { tellAdvance } from './queries/schedules/tellAdvance.ts'
export * from './queries/schedules/versions.ts'
export { type RunSlot, type ScheduleAdvance, writeRunSlots } from './queries/schedules/writeRunSlots.ts'
export * from './queries/sessions.ts'
export { readSetting, writeSetting } from './queries/settings.ts'
export type { Advance, RunChange } from './queries/settleTasks.ts'
export {
  countSeries,
  type Measure,
  type MeasuredValues,
  measureSeries,
  type StatScope,
} from './queries/statSeries.ts'
export { cronSummaries, handlerSummaries, type StatSummary } from './queries/statSummaries.ts'
export {
  type Changes,
  type ExecutionChange,
  type LogChange,
  tellChanges,
  tellExecutions,
  tellMark,
} from './queries/tellChanges.ts'
export type { Claim, ExecutionKey, RetryPolicy } from './queries/types.ts'
export { typicalDurationsOfCrons, typicalDurationsOfHandlers } from './queries/typicalDurations.ts'
export { type UpcomingCron, upcomingCrons } from './queries/upcomingCrons.ts'
export * from './queries/users.ts'
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
export { yieldBackfill } from './queries/yieldBackfill.ts'
export { Databases, databaseConfigNamed, getConnection, getDatabases, installDatabases } from './registry.ts'
export * as schema from './schema/index.ts'
export * from './states.ts'
export { afterCommit, transactional, transactionalReadonly } from './transaction.ts'
export { resolveInDoubt, transactionalAcross } from './twoPhase.ts'
