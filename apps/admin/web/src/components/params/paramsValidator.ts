import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema'
import { type RJSFValidationError, toErrorSchema, type ValidatorType } from '@rjsf/utils'
import i18next from 'i18next'
import type { JsonSchema, Params } from './paramsSchema.ts'

/** What only says that something inside is wrong; that says it itself. */
const CONTAINERS = new Set([
  'properties',
  'items',
  'prefixItems',
  '$ref',
  'additionalProperties',
  'allOf',
  'propertyNames',
])

const KNOWN = [
  'required',
  'type',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
] as const
const ALSO_KNOWN = [
  'pattern',
  'format',
  'false',
  'anyOf',
  'oneOf',
  'exclusiveMinimum',
  'exclusiveMaximum',
] as const

/**
 * JSON Schema without `eval`, which the content security policy forbids and Ajv is made of. What it lets pass the server
 * still checks.
 */
export const paramsValidator: ValidatorType<Params, JsonSchema> = {
  validateFormData(formData, schema) {
    const errors = faults(schema, formData ?? {})
    return { errors, errorSchema: toErrorSchema<Params>(errors) }
  },
  isValid(schema, formData, rootSchema) {
    if (formData === undefined) return false
    return faults({ ...schema, $defs: rootSchema.$defs } as JsonSchema, formData).length === 0
  },
  rawValidation(schema, formData) {
    return { errors: faults(schema, formData ?? {}) as never[] }
  },
}

function faults(schema: JsonSchema, value: unknown): RJSFValidationError[] {
  let found: OutputUnit[]
  try {
    found = new Validator(schema as Schema, '2020-12', false).validate(value).errors
  } catch {
    // A schema this validator cannot read, such as a pattern for another engine: the server decides.
    return []
  }
  // Of a value that may take several forms, that none of them fits says it all.
  const forms = found.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  return found
    .filter(
      ({ keyword, keywordLocation }) =>
        !CONTAINERS.has(keyword) &&
        !forms.some((form) => keywordLocation.startsWith(`${form.keywordLocation}/`)),
    )
    .filter(({ keyword, instanceLocation }) => keyword === 'anyOf' || !isWithin(instanceLocation, forms))
    .map((unit) => faultOf(unit, schema))
}

const isWithin = (location: string, forms: OutputUnit[]) =>
  forms.some((form) => location.startsWith(`${form.instanceLocation}/`))

function faultOf({ keyword, keywordLocation, instanceLocation, error }: OutputUnit, schema: JsonSchema) {
  const missing = keyword === 'required' ? /"([^"]*)"\.?$/.exec(error)?.[1] : undefined
  const path = [...steps(instanceLocation), ...(missing === undefined ? [] : [missing])]
  const limit = steps(keywordLocation).reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    schema,
  )
  const known = [...KNOWN, ...ALSO_KNOWN].find((one) => one === keyword)
  const message = known
    ? i18next.t(`fault.${known}`, {
        ns: 'params',
        limit: Array.isArray(limit) ? limit.join(', ') : String(limit),
      })
    : error
  return { name: keyword, message, stack: message, property: `.${path.join('.')}`, params: {} }
}

const steps = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replace(/~1/g, '/').replace(/~0/g, '~'))
