import { type ExpressionContext, evaluate } from './evaluate.ts'
import { ExpressionError } from './expressionError.ts'
import { metered } from './meter.ts'
import { MAX_VALUE_SIZE } from './plainJson.ts'
import { hasTemplate, templateParts } from './template.ts'

/**
 * Params with their `{{ expressions }}` evaluated. A text that is one expression becomes its value, whatever type that has;
 * otherwise values are put into the text, other than text as JSON. Keys stay as they are.
 *
 * @throws ExpressionError whose message begins with where it stands
 */
export function renderParams(
  params: Record<string, unknown>,
  context: ExpressionContext,
): Record<string, unknown> {
  let size = 0
  const compute = (expression: string) => {
    const value = evaluate(expression, context)
    size += JSON.stringify(value).length
    if (size > MAX_VALUE_SIZE) {
      throw new ExpressionError(`the values are more than ${MAX_VALUE_SIZE} characters together`, expression)
    }
    refuseSecrets(value, expression)
    return value
  }
  return metered(() => renderValue(params, 'params', compute)) as Record<string, unknown>
}

type Compute = (expression: string) => unknown

function renderValue(value: unknown, path: string, compute: Compute): unknown {
  if (typeof value === 'string') return value.includes('{{') ? renderText(value, path, compute) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item, index) => renderValue(item, `${path}[${index}]`, compute))
  const secret = (value as Record<string, unknown>).$secret
  if (hasTemplate(secret)) {
    throw new ExpressionError(`${path}: the name of a secret cannot hold an expression`, String(secret))
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, renderValue(child, `${path}.${key}`, compute)]),
  )
}

function renderText(text: string, path: string, compute: Compute): unknown {
  try {
    const parts = templateParts(text)
    const [only] = parts
    if (parts.length === 1 && only && 'expression' in only) return compute(only.expression)
    return parts.map((part) => ('text' in part ? part.text : asText(compute(part.expression)))).join('')
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const { message, expression, position } = error
    throw new ExpressionError(`${path}: ${message}`, expression, { position, cause: error })
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A worker puts secrets where params name them: a result must not be able to ask for one. */
function refuseSecrets(value: unknown, expression: string): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '$secret')) {
    throw new ExpressionError(
      'a value must not name a secret; write {"$secret": ...} in the params',
      expression,
    )
  }
  for (const child of Object.values(value)) refuseSecrets(child, expression)
}
