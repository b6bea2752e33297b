import type { RunStatus } from '../states.ts'

/** What followed in runs of schedules from tasks that ended; see the functions in migration 0004. */
export interface Advance {
  /** Where executions have become claimable. */
  queues: string[]
  /** A dispatcher has an expression to evaluate. */
  is_decision_due: boolean
  runs: RunChange[]
}

/** What listeners of `jobu_events` are told of a run, in the form the API's clients see. */
export interface RunChange {
  id: number
  schedule_id: number
  status: RunStatus
}

/**
 * SELECT for a statement that has ended executions: moves the tasks on that they are executions of, and tells so. Must be
 * read to be run.
 *
 * @param cte  one of its CTEs with the columns id, status and task_run_id, its rows final
 */
export const settleTasksOf = (cte: string) => `
  SELECT jobu_settle_tasks(array_agg(task_run_id), array_agg(id), array_agg(status::text), true) FROM ${cte}
  WHERE task_run_id IS NOT NULL HAVING count(*) > 0`
