import type { ExecutionStatus, ParamSource } from '../states.ts'

/** Which executions; what is left out does not restrict. */
export interface ExecutionFilter {
  /** Its cron. */
  jobId?: number | undefined
  statuses?: readonly ExecutionStatus[] | undefined
  handlerName?: string | undefined
  queue?: string | undefined
  paramSources?: readonly ParamSource[] | undefined
  priority?: number | undefined
  /** Inclusive, on the scheduled time. */
  from?: Date | undefined
  /** Exclusive, on the scheduled time. */
  to?: Date | undefined
  /** The id, a part of the handler's or the cron's name in any case, or words of a failure's message. */
  q?: string | undefined
}

/** What an execution must be, beside lying in a stretch of an index, as a condition with parameters of its own. */
export interface Condition {
  /** `{1}` stands for the first of `values`. */
  text: string
  values: unknown[]
}

/**
 * The filter on the execution's own columns, but for its times. In one form whatever is given, so that a statement with
 * it is prepared once.
 */
export function columnsMatch(filter: ExecutionFilter, handlerNames?: readonly string[]): Condition {
  const { handlerName, queue, paramSources, priority, statuses, jobId } = filter
  return {
    text: `({1}::text IS NULL OR handler_name = {1}) AND ({2}::text IS NULL OR queue = {2})
      AND ({3}::param_source[] IS NULL OR param_source = ANY ({3})) AND ({4}::smallint IS NULL OR priority = {4})
      AND ({5}::execution_status[] IS NULL OR status = ANY ({5})) AND ({6}::text[] IS NULL OR handler_name = ANY ({6}))
      AND ({7}::bigint IS NULL OR job_id = {7})`,
    values: [
      handlerName ?? null,
      queue ?? null,
      paramSources ?? null,
      priority ?? null,
      statuses ?? null,
      handlerNames ?? null,
      jobId ?? null,
    ],
  }
}

/** Both of two conditions. */
export function both(a: Condition, b: Condition): Condition {
  return {
    text: `${a.text} AND ${b.text.replace(/\{(\d+)\}/g, (_, place) => `{${Number(place) + a.values.length}}`)}`,
    values: [...a.values, ...b.values],
  }
}

/** The condition's text with its parameters numbered from `first` on. */
export function numbered({ text }: Condition, first: number): string {
  return text.replace(/\{(\d+)\}/g, (_, place) => `$${Number(place) + first - 1}`)
}
