import type { ASTNode } from '@marcbachmann/cel-js'
import { MAX_VALUE_SIZE } from './plainJson.ts'

/** Steps that all expressions of one decision may take together: about a second. A step is a node, or eight characters. */
const MAX_STEPS = 10_000_000

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
    // `exists` and `||` go on after an error.
    spend(0)
    return value
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
  const run = evaluator.run.bind(evaluator)
  evaluator.run = (ast, context) => {
    spend(1)
    for (const operand of operandsOf(ast)) operands.add(operand)
    const value = run(ast, context)
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
