export { apiTokens } from './apiTokens.ts'
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
export { schedulerState } from './schedulerState.ts'
export { schedulerStops } from './schedulerStops.ts'
export { sessions } from './sessions.ts'
export { settings } from './settings.ts'
export { twoPhaseDecisions } from './twoPhaseDecisions.ts'
export { users } from './users.ts'
export { workers } from './workers.ts'
