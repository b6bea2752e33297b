import type { DueTask, TaskEnd, TaskOutcome } from '@jobu/db'
import {
  type ExpressionContext,
  ExpressionError,
  evaluateCondition,
  evaluateForEach,
  hasTemplate,
  metered,
  referencesOfTask,
  renderParams,
  type TaskSpec,
} from '@jobu/workflow'

/** What is to become of a task; params and items are JSON text. */
export type Decision =
  | { kind: 'queue'; params: string }
  /** `params` null: those of the definition, for every item. */
  | { kind: 'expand'; items: string; params: string | null }
  | { kind: 'await'; deadlineSeconds: number | null; result: { event: string } | null }
  | { kind: 'subrun'; scheduleId: number; params: Record<string, unknown> }
  | ({ kind: 'end' } & Omit<TaskEnd, 'id'>)

/** Of JSON text: the params of all items together. */
const MAX_PARAMS_LENGTH = 67_108_864

const failed = (message: string): Decision => ({
  kind: 'end',
  state: 'FAILED',
  reason: 'EXPRESSION_ERROR',
  message,
})

/** The keys of the tasks whose outcome a decision needs. @throws ExpressionError */
export function namedBy({ params, spec }: Pick<DueTask, 'params' | 'spec'>): string[] {
  const { condition, for_each, wait_for } = spec as TaskSpec
  return referencesOfTask({ condition, for_each, params: { params, event: wait_for?.event } }).tasks
}

/**
 * Evaluates what a task says of itself. Pure: all it knows is the task and what became of those it names. Expressions end by
 * themselves, after about a second; whatever is wrong with them is the task's failure.
 */
export function decideTask(task: DueTask, outcomes: ReadonlyMap<string, TaskOutcome>): Decision {
  try {
    for (const [key, { fault }] of outcomes) {
      if (fault !== 'GONE') continue
      return failed(
        `The result of task "${key}" is gone: its execution was deleted, by retention or by hand; run that task again`,
      )
    }
    return metered(() => decide(task, contextOf(task, outcomes)))
  } catch (error) {
    const text = error instanceof ExpressionError ? ` in: ${shortened(error.expression)}` : ''
    return failed(`${error instanceof Error ? error.message : String(error)}${text}`)
  }
}

function decide(task: DueTask, context: ExpressionContext): Decision {
  const { kind, params, spec } = task
  const { condition, for_each: list, schedule_id: scheduleId, approval, wait_for: event } = spec as TaskSpec
  if (condition && !evaluateCondition(condition, context)) {
    const message = `The condition is false: ${condition}`
    return { kind: 'end', state: 'SKIPPED', reason: 'CONDITION', message }
  }
  switch (kind) {
    case 'handler':
      if (list !== undefined && list !== null) return expand(params, evaluateForEach(list, context), context)
      return { kind: 'queue', params: JSON.stringify(renderParams(params, context)) }
    case 'schedule':
      return { kind: 'subrun', scheduleId: scheduleId!, params: renderParams(params, context) }
    case 'approval':
      return { kind: 'await', deadlineSeconds: approval?.deadline_seconds ?? null, result: null }
    case 'event': {
      const rendered = renderParams({ event: event!.event }, context).event
      if (typeof rendered !== 'string' || rendered === '') {
        return failed(`The name of an event is a text, this one is ${shortened(JSON.stringify(rendered))}`)
      }
      return { kind: 'await', deadlineSeconds: event!.deadline_seconds ?? null, result: { event: rendered } }
    }
  }
}

function expand(params: Record<string, unknown>, items: unknown[], context: ExpressionContext): Decision {
  if (items.length === 0) return { kind: 'end', state: 'SUCCESS', reason: null, message: null, result: [] }
  const text = JSON.stringify(items)
  if (!hasTemplate(params)) return { kind: 'expand', items: text, params: null }
  const rendered: string[] = []
  let length = 0
  for (const [index, item] of items.entries()) {
    const one = renderItem(params, { ...context, item, index })
    length += one.length
    if (length > MAX_PARAMS_LENGTH) {
      return failed(
        `The params of its ${items.length} items are more than ${MAX_PARAMS_LENGTH} bytes of JSON`,
      )
    }
    rendered.push(one)
  }
  return { kind: 'expand', items: text, params: `[${rendered.join(',')}]` }
}

function renderItem(params: Record<string, unknown>, context: ExpressionContext): string {
  try {
    return JSON.stringify(renderParams(params, context))
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const { message, expression, position } = error
    throw new ExpressionError(`item ${context.index}: ${message}`, expression, { position, cause: error })
  }
}

function contextOf(task: DueTask, outcomes: ReadonlyMap<string, TaskOutcome>): ExpressionContext {
  const tasks = [...outcomes].map(([key, { status, result }]) => [key, { status, result }])
  return {
    tasks: Object.fromEntries(tasks),
    run: { id: task.runId, scheduled_time: task.scheduledTime, params: task.runParams },
  }
}

const shortened = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}...` : text)
