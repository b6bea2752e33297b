import { pgEnum } from '../drizzle.ts'
import * as states from '../states.ts'

export const executionStatus = pgEnum('execution_status', states.EXECUTION_STATUSES)
export const executionWait = pgEnum('execution_wait', states.WAITS)
export const paramSource = pgEnum('param_source', states.PARAM_SOURCES)
export const overlapPolicy = pgEnum('overlap_policy', states.OVERLAP_POLICIES)
export const misfirePolicy = pgEnum('misfire_policy', states.MISFIRE_POLICIES)
export const retryBackoff = pgEnum('retry_backoff', states.RETRY_BACKOFFS)
export const dayMatch = pgEnum('day_match', states.DAY_MATCHES)
export const userRole = pgEnum('user_role', states.ROLES)
export const scheduleEngine = pgEnum('schedule_engine', states.SCHEDULE_ENGINES)
export const scheduleFrequency = pgEnum('schedule_frequency', states.FREQUENCIES)
export const runStatus = pgEnum('run_status', states.RUN_STATUSES)
export const runTrigger = pgEnum('run_trigger', states.RUN_TRIGGERS)
export const taskState = pgEnum('task_state', states.TASK_STATES)
export const taskKind = pgEnum('task_kind', states.TASK_KINDS)
export const triggerRule = pgEnum('trigger_rule', states.TRIGGER_RULES)
