import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js'
import type { Duration } from '@marcbachmann/cel-js/evaluator'
import { RE2JS, RE2JSException } from 're2js'
import { wallClock } from '../wallClock.ts'
import { meter, spend } from './meter.ts'
import { MAX_VALUE_SIZE } from './plainJson.ts'

const MAX_PATTERN_LENGTH = 1_000
const MAX_PATTERNS = 100
/** For each instruction of a pattern, 50 microseconds. */
const COMPILE_STEPS = 500
const SYNC = { async: false }
const TIMESTAMP = 'google.protobuf.Timestamp'

/** Methods of CEL that run under another name, since what the library has for them is not bounded. */
export const REPLACED: Readonly<Record<string, string>> = { matches: 'matches_', join: 'join_' }

/** What expressions know: `tasks`, `run`, `item` and `index`, and CEL's own functions. */
export const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 2_000, maxDepth: 64, maxListElements: 1_000, maxMapEntries: 1_000 },
})
  .registerVariable('tasks', 'map')
  .registerVariable('run', 'map')
  .registerVariable('item', 'dyn')
  .registerVariable('index', 'dyn')
  .registerFunction('string.matches_(string): bool', matches, SYNC)
  .registerFunction('list<string>.join_(): string', (texts: unknown[]) => join(texts, ''), SYNC)
  .registerFunction('list<string>.join_(string): string', join, SYNC)
  .registerFunction(`string(${TIMESTAMP}): string`, (at: Date) => at.toISOString(), SYNC)
  .registerFunction('string(google.protobuf.Duration): string', (duration: Duration) => `${duration}`, SYNC)
  .registerFunction(
    `date(${TIMESTAMP}, string): string`,
    (at: Date, zone: string) => wallClock(at, zone).date,
    SYNC,
  )

// A number of JSON is a double, an integer in an expression an int, and CEL has no arithmetic between the two.
const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}
for (const [operator, compute] of Object.entries(ARITHMETIC)) {
  const onNumbers = (a: number | bigint, b: number | bigint) => compute(Number(a), Number(b))
  environment.registerOperator(`int ${operator} double`, onNumbers)
  environment.registerOperator(`double ${operator} int`, onNumbers)
}
environment.registerOperator('double % double', (a: number, b: number) => a % b)

// A macro is how the library hands out its evaluator.
environment.registerFunction('metered_(ast): dyn', ({ args }: { args: ASTNode[] }) => ({
  typeCheck: (
    checker: { check(ast: ASTNode, context: unknown): unknown },
    _macro: unknown,
    context: unknown,
  ) => checker.check(args[0]!, context),
  evaluate(evaluator: { run(ast: ASTNode, context: unknown): unknown }) {
    meter(evaluator)
    return true
  },
}))
environment.evaluate('metered_(true)')

const patterns = new Map<string, RE2JS>()

/** In linear time whatever the pattern: a text of a handler's result must not hold a dispatcher up. */
function matches(text: string, source: string): boolean {
  const pattern = patterns.get(source) ?? compiled(source)
  spend(text.length * pattern.programSize())
  return pattern.test(text)
}

function compiled(source: string): RE2JS {
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new EvaluationError(`a pattern has at most ${MAX_PATTERN_LENGTH} characters, not ${source.length}`)
  }
  try {
    const pattern = RE2JS.compile(source)
    spend(pattern.programSize() * COMPILE_STEPS)
    if (patterns.size >= MAX_PATTERNS) patterns.clear()
    patterns.set(source, pattern)
    return pattern
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw new EvaluationError(`not a regular expression of RE2: ${error.message}`)
  }
}

function join(texts: unknown[], separator: string): string {
  let length = separator.length * texts.length
  for (const text of texts) {
    if (typeof text !== 'string') throw new EvaluationError('join() takes a list of texts; use string()')
    length += text.length
  }
  if (length > MAX_VALUE_SIZE)
    throw new EvaluationError(`join() makes more than ${MAX_VALUE_SIZE} characters`)
  return texts.join(separator)
}
