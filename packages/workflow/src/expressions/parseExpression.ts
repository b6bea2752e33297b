import {
  type ASTNode,
  TypeError as CelTypeError,
  EvaluationError,
  ParseError,
  type ParseResult,
} from '@marcbachmann/cel-js'
import { environment, REPLACED } from './environment.ts'
import { ExpressionError } from './expressionError.ts'
import { type References, referencesIn } from './references.ts'

export const MAX_EXPRESSION_LENGTH = 4_096
const MAX_REMEMBERED = 1_000

/** An expression that can be evaluated. */
export interface Expression {
  text: string
  /** CEL's name of what it gives, as far as that is known without values: `bool`, `list`, `dyn`, ... */
  type: string
  references: References
  /** Gives CEL's own values; for plain JSON use `evaluate`. */
  run: ParseResult
}

// The items of a for_each evaluate the same few texts 10,000 times.
const remembered = new Map<string, Expression>()

/**
 * Reads an expression and checks its types.
 *
 * @throws ExpressionError with the position of what is wrong
 */
export function parseExpression(text: string): Expression {
  const known = remembered.get(text)
  if (known) return known
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw new ExpressionError(
      `has ${text.length} characters, at most ${MAX_EXPRESSION_LENGTH} are allowed`,
      text,
    )
  }
  const run = parsed(text)
  const references = referencesIn(run.ast)
  replaceMethods(run.ast)
  const checked = run.check()
  if (!checked.valid) throw expressionError(checked.error, text)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  const expression = { text, type: checked.type!, references, run }
  remembered.set(text, expression)
  return expression
}

/** What an expression names: keys of tasks, the item it is evaluated for, the run. @throws ExpressionError */
export function referencesOf(text: string): { tasks: string[]; usesItem: boolean; usesRun: boolean } {
  const { tasks, items, usesRun } = parseExpression(text).references
  return { tasks: [...new Set(tasks.map(({ key }) => key))], usesItem: items.length > 0, usesRun }
}

/** What the library throws, in words for who wrote the expression. */
export function expressionError(error: unknown, text: string): ExpressionError {
  if (error instanceof ExpressionError) return error
  if (!isCelError(error)) {
    return new ExpressionError(error instanceof Error ? error.message : String(error), text, { cause: error })
  }
  const { code, summary, node, range } = error
  const position = node?.start ?? range?.start ?? null
  const source = node && text.slice(node.start, node.end)
  const said =
    code === 'no_such_key' && source
      ? `${source} does not exist; has(...) tells whether a field is there`
      : summary
          .replace(/^no such overload: (.*)$/, '$1 is not defined; string(), int() and double() convert')
          .replace(/dyn<([^<>]*)>/g, '$1')
          .replace(/\b(matches|join)_/g, '$1')
  const at = position === null ? '' : ` (character ${position + 1})`
  return new ExpressionError(said + at, text, { position, cause: error })
}

function isCelError(error: unknown): error is ParseError | EvaluationError | CelTypeError {
  return error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError
}

function parsed(text: string): ParseResult {
  try {
    return environment.parse(text)
  } catch (error) {
    throw expressionError(error, text)
  }
}

/** Before types are checked: that binds a call to the function of its name. */
function replaceMethods(root: ASTNode): void {
  const open: unknown[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Array.isArray(node)) open.push(...node)
    if (typeof node !== 'object' || node === null || !('op' in node)) continue
    const { op, args } = node as ASTNode
    const call = args as unknown as [string]
    if (op === 'rcall' && Object.hasOwn(REPLACED, call[0])) call[0] = REPLACED[call[0]]!
    open.push(args)
  }
}
