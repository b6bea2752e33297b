import type { ASTNode } from '@marcbachmann/cel-js'
import { ExpressionError } from './expressionError.ts'
import { MAX_VALUE_SIZE } from './plainJson.ts'

/** Steps that all expressions of one decision may take together: up to a second. A step is a node, or eight characters. */
const MAX_STEPS = 5_000_000

/** An error carries its stack: `exists` over a list meets one for each item. */
const ERROR_STEPS = 200

interface Evaluator {
  run(ast: ASTNode, context: unknown): unknown
}

let stepsLeft = 0
let depth = 0
let weights = new WeakMap<object, number>()

/** Why an evaluation was ended; the library passes it on like any other. */
export class TooCostly extends Error {}

/** Runs `work` with a bounded number of steps for all it evaluates; inside another one with what that has left. */
export function metered<T>(work: () => T): T {
  if (depth === 0) {
    stepsLeft = MAX_STEPS
    weights = new WeakMap()
  }
  depth++
  try {
    const value = work()
    spend(0)
    return value
  } catch (error) {
    // `exists` and `||` go on after an error, and tell the first one.
    if (!(error instanceof ExpressionError)) spend(0)
    throw error
  } finally {
    depth--
  }
}

export function spend(steps: number): void {
  stepsLeft -= steps
  if (stepsLeft < 0) throw new TooCostly(`takes more than ${MAX_STEPS} steps`)
}

/**
 * Counts what an evaluator does. CEL always ends, but nested comprehensions over long lists take years, and lists added
 * to themselves take all memory; the library bounds neither.
 */
export function meter(evaluator: Evaluator): void {
  const operands = new WeakSet<ASTNode>()
  let thrown: unknown
  const run = evaluator.run.bind(evaluator)
  const runOrSpend: typeof run = (ast, context) => {
    try {
      return run(ast, context)
    } catch (error) {
      // Once, not at each node that it passes.
      if (error !== thrown) spend(ERROR_STEPS)
      thrown = error
      throw error
    }
  }
  evaluator.run = (ast, context) => {
    spend(1)
    for (const operand of operandsOf(ast)) operands.add(operand)
    const value = runOrSpend(ast, context)
    if (operands.has(ast)) spend(weightOf(value))
    if (ast.op === '+') checkSize(value)
    return value
  }
}

/** What a node reads as a whole. */
function operandsOf(ast: ASTNode): readonly ASTNode[] {
  switch (ast.op) {
    case '+':
    case '==':
    case '!=':
    case 'in':
      return ast.args
    case 'call':
      return ast.args[1]
    case 'rcall':
      return [ast.args[1], ...ast.args[2]]
    default:
      return []
  }
}

/** How much there is to read of a value. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / 8
  if (typeof value !== 'object' || value === null) return 1
  const known = weights.get(value)
  if (known !== undefined) return known
  let weight = 1
  for (const item of Object.values(value)) weight += weightOf(item)
  weights.set(value, weight)
  return weight
}

function checkSize(value: unknown): void {
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : 0
  if (size > MAX_VALUE_SIZE)
    throw new TooCostly(`makes a value of more than ${MAX_VALUE_SIZE} characters or items`)
}
