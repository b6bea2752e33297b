import { ExpressionError } from './expressionError.ts'
import { metered } from './meter.ts'
import { expressionError, parseExpression } from './parseExpression.ts'
import { plainJson } from './plainJson.ts'

/** What expressions are evaluated with. */
export interface ExpressionContext {
  /** Those that `referencesOf` names are enough; what has no result has null. */
  tasks: Record<string, { result: unknown; status: string }>
  run: { id: number; scheduled_time: Date | string; params: Record<string, unknown> }
  /** Of a `for_each`: the item, and its place from 0. */
  item?: unknown
  index?: number
}

/**
 * The value of an expression as plain JSON.
 *
 * @throws ExpressionError saying what is missing, does not fit, or is too much
 */
export function evaluate(text: string, context: ExpressionContext): unknown {
  const { run } = parseExpression(text)
  const known = {
    ...context,
    // A timestamp, so that CEL's functions of time work on it.
    run: { ...context.run, scheduled_time: new Date(context.run.scheduled_time) },
  }
  try {
    return metered(() => plainJson(run(known), text))
  } catch (error) {
    throw expressionError(error, text)
  }
}

/** Whether a `condition` holds. @throws ExpressionError */
export function evaluateCondition(text: string, context: ExpressionContext): boolean {
  const value = evaluate(text, context)
  if (typeof value === 'boolean') return value
  throw new ExpressionError(`a condition is true or false, this one is ${shown(value)}`, text)
}

/** A value as messages show it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}
