import { MAX_ITEMS } from '../taskSchema.ts'
import { type ExpressionContext, evaluate, shown } from './evaluate.ts'
import { ExpressionError } from './expressionError.ts'
import { renderParams } from './renderParams.ts'

/** The items of a `for_each`: a list as it was given, or what an expression gives. @throws ExpressionError */
export function evaluateForEach(list: string | unknown[], context: ExpressionContext): unknown[] {
  if (Array.isArray(list)) return renderParams({ items: list }, context).items as unknown[]
  const value = evaluate(list, context)
  if (!Array.isArray(value)) throw new ExpressionError(`for_each takes a list, this is ${shown(value)}`, list)
  if (value.length <= MAX_ITEMS) return value
  throw new ExpressionError(`for_each takes at most ${MAX_ITEMS} items, this list has ${value.length}`, list)
}
