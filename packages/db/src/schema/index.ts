export { apiTokens } from './apiTokens.ts'
export { artifactChunks, artifacts } from './artifacts.ts'
export { auditLog } from './auditLog.ts'
export { cronJobs } from './cronJobs.ts'
export { cronRevisions } from './cronRevisions.ts'
export { dispatchers } from './dispatchers.ts'
export * from './enums.ts'
export { executionAttempts } from './executionAttempts.ts'
export { executionFacets } from './executionFacets.ts'
export { executionLogs } from './executionLogs.ts'
export {
  executionFailuresHourly,
  executionStatDeltas,
  executionStats,
  executionStatsAllTime,
  executionStatsHourly,
  executionTotals,
} from './executionStats.ts'
export { handlers } from './handlers.ts'
export { idempotencyKeys } from './idempotencyKeys.ts'
export { jobExecutions } from './jobExecutions.ts'
export { minuteSamples } from './minuteSamples.ts'
export { queueSamples } from './queueSamples.ts'
export { rateLimits } from './rateLimits.ts'
export { scheduleRuns } from './scheduleRuns.ts'
export { schedulerState } from './schedulerState.ts'
export { schedulerStops } from './schedulerStops.ts'
export { scheduleRunDeltas, scheduleRunStats } from './scheduleStats.ts'
export { schedules } from './schedules.ts'
export { scheduleEdges, scheduleTasks, scheduleVersions } from './scheduleVersions.ts'
export { sessions } from './sessions.ts'
export { settings } from './settings.ts'
export { signals } from './signals.ts'
export { taskRuns } from './taskRuns.ts'
export { twoPhaseDecisions } from './twoPhaseDecisions.ts'
export { users } from './users.ts'
export { workers } from './workers.ts'
