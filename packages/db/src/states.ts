/**
 * The life of an execution as data: its statuses and who may move it from one to another.
 * The same rules stand as named checks in the migrations; docs/execution-lifecycle.md tells them in words.
 */
export const EXECUTION_STATUSES = [
  'PENDING',
  'RUNNING',
  'SUCCESS',
  'FAILED',
  'TIMEOUT',
  'CANCELLED',
  'SKIPPED',
] as const
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

/** Every allowed move. A pair that is not here is refused by the statement that would make it. */
export const TRANSITIONS: Record<ExecutionStatus, readonly ExecutionStatus[]> = {
  // FAILED: no live worker has its handler.
  PENDING: ['RUNNING', 'CANCELLED', 'FAILED'],
  // Back to PENDING: a retry with attempts left, a drain, or a lost worker.
  RUNNING: ['SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'PENDING'],
  SUCCESS: [],
  FAILED: ['PENDING'],
  TIMEOUT: ['PENDING'],
  CANCELLED: ['PENDING'],
  SKIPPED: [],
}

/** Statuses a person's retry brings back to PENDING. */
export const RETRYABLE_STATUSES = EXECUTION_STATUSES.filter(
  (status) => status !== 'RUNNING' && TRANSITIONS[status].includes('PENDING'),
)
export const FINAL_STATUSES = EXECUTION_STATUSES.filter(
  (status) => status !== 'PENDING' && status !== 'RUNNING',
)

/** What a PENDING execution waits for; without one (and with `ready_at` set) it can be claimed. */
export const WAITS = ['time', 'overlap', 'backfill'] as const
export type Wait = (typeof WAITS)[number]

export const PARAM_SOURCES = ['cron', 'api', 'schedule', 'event'] as const
export type ParamSource = (typeof PARAM_SOURCES)[number]

export const OVERLAP_POLICIES = ['allow', 'skip', 'buffer_one', 'replace'] as const
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number]
export const MISFIRE_POLICIES = ['fire_once', 'fire_all', 'skip'] as const
export type MisfirePolicy = (typeof MISFIRE_POLICIES)[number]
export const RETRY_BACKOFFS = ['fixed', 'exponential'] as const
export type RetryBackoff = (typeof RETRY_BACKOFFS)[number]
export const DAY_MATCHES = ['or', 'and'] as const
export type DayMatch = (typeof DAY_MATCHES)[number]

/** How an attempt ended; RELEASED: given back by a drain, it cost no retry. */
export const ATTEMPT_OUTCOMES = ['SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'RELEASED'] as const
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]

/** Why an execution was skipped or ended without its handler deciding so. */
export const REASONS = [
  'OVERLAP',
  'BUFFER_FULL',
  'REPLACED',
  'MISFIRE',
  'WORKER_LOST',
  'TIMEOUT',
  'CANCELLED_BY_USER',
  'CRON_DELETED',
  'HANDLER_NOT_FOUND',
  'PARAMS_INVALID',
  'SECRET_NOT_FOUND',
  'RESULT_INVALID',
  'HANDLER_ERROR',
  'DRAINED',
] as const
export type Reason = (typeof REASONS)[number]

/** LOST: silent for a minute; its leases run out by themselves. */
export const WORKER_STATUSES = ['ACTIVE', 'DRAINING', 'STOPPED', 'LOST'] as const
export type WorkerStatus = (typeof WORKER_STATUSES)[number]
export const DISPATCHER_STATUSES = ['ACTIVE', 'STOPPED', 'LOST'] as const
export type DispatcherStatus = (typeof DISPATCHER_STATUSES)[number]

/** What someone may do; each role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const SCHEDULE_ENGINES = ['jobu', 'airflow'] as const
export type ScheduleEngine = (typeof SCHEDULE_ENGINES)[number]
export const FREQUENCIES = ['once', 'hourly', 'daily', 'weekly', 'monthly'] as const
export type Frequency = (typeof FREQUENCIES)[number]

export const RUN_STATUSES = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]
/** What a run came from: its schedule's slot, a person, a task of another run, or another engine. */
export const RUN_TRIGGERS = ['cron', 'manual', 'schedule', 'external'] as const
export type RunTrigger = (typeof RUN_TRIGGERS)[number]

/**
 * The life of a task in a run. What it looks like from outside (PENDING, RUNNING, ...) follows from this and its execution.
 *
 *   WAITING:  for tasks it depends on --> DECIDING | QUEUED | SKIPPED
 *   DECIDING: a dispatcher evaluates its expressions --> QUEUED | EXPANDED | AWAITING | SUBRUN | SKIPPED | FAILED
 *   QUEUED:   its execution is not final yet --> as that ends
 *   EXPANDED: the items of its list are not all final --> SUCCESS | FAILED
 *   AWAITING: a person's approval or an event --> SUCCESS | FAILED
 *   SUBRUN:   the run of another schedule that it is, or another engine runs it --> as that ends
 */
export const TASK_STATES = [
  'WAITING',
  'DECIDING',
  'QUEUED',
  'EXPANDED',
  'AWAITING',
  'SUBRUN',
  'SUCCESS',
  'FAILED',
  'TIMEOUT',
  'CANCELLED',
  'SKIPPED',
] as const
export type TaskState = (typeof TASK_STATES)[number]
export const TASK_KINDS = ['handler', 'schedule', 'approval', 'event'] as const
export type TaskKind = (typeof TASK_KINDS)[number]
export const TRIGGER_RULES = ['all_success', 'all_done', 'one_success', 'one_failed', 'none_failed'] as const
export type TriggerRule = (typeof TRIGGER_RULES)[number]

/** Why a task did not run, or ended without an execution deciding so. */
export const TASK_REASONS = [
  'UPSTREAM_FAILED',
  'UPSTREAM_SKIPPED',
  'NOTHING_FAILED',
  'CONDITION',
  'RUN_CANCELLED',
  'SKIPPED_BY_USER',
  'MARKED_BY_USER',
  'EXPRESSION_ERROR',
  'REJECTED',
  'DEADLINE',
  'ITEM_FAILED',
  'RUN_FAILED',
] as const
export type TaskReason = (typeof TASK_REASONS)[number]
