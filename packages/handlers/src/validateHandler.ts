import { type Handler, ISOLATIONS } from './defineHandler.ts'
import { HandlerDefinitionError } from './errors.ts'

const NAME = /^[a-z][a-z0-9_.-]{0,63}$/i

/**
 * Checks the shape of a value that wants to be a handler, by structure: it comes from files that need not
 * import anything of ours, and its schema may be made by another copy of zod 4.
 *
 * @throws HandlerDefinitionError HANDLER_MALFORMED with every fault in one line
 */
export function validateHandler(value: object): asserts value is Handler {
  const { name, description, params, isolation, timeoutSeconds, run } = value as Record<string, unknown>
  const faults: string[] = []
  if (typeof name !== 'string' || !NAME.test(name)) {
    faults.push(`name must match ${NAME}, not ${JSON.stringify(name)}`)
  }
  if (typeof run !== 'function') faults.push(`run must be a function, not ${typeof run}`)
  if (description !== undefined && typeof description !== 'string')
    faults.push('description must be a string')
  if (params !== undefined && !isZodSchema(params)) faults.push('params must be a zod 4 schema')
  if (isolation !== undefined && !ISOLATIONS.some((known) => known === isolation)) {
    faults.push(`isolation must be one of ${ISOLATIONS.join(', ')}, not ${JSON.stringify(isolation)}`)
  }
  if (timeoutSeconds !== undefined && !(Number.isFinite(timeoutSeconds) && Number(timeoutSeconds) > 0)) {
    faults.push('timeoutSeconds must be a positive number')
  }
  if (faults.length > 0) {
    const label = typeof name === 'string' ? `handler "${name}"` : 'handler'
    throw new HandlerDefinitionError('HANDLER_MALFORMED', `${label}: ${faults.join('; ')}`)
  }
}

/** `_zod` tells zod 4 from zod 3, which cannot give its JSON Schema. */
function isZodSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value && 'safeParse' in value
}
