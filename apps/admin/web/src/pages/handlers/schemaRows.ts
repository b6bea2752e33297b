type Json = Record<string, unknown>

/** A param, as a line of a table. */
export interface SchemaRow {
  /** `headers.accept`; `[]` stands for each item of an array. */
  path: string
  depth: number
  type: string
  isRequired: boolean
  /** As JSON; undefined where there is none. */
  defaultText: string | undefined
  description: string | undefined
  limits: Array<[Limit, string]>
}

const LIMITS = {
  minimum: 'min',
  maximum: 'max',
  minLength: 'minLength',
  maxLength: 'maxLength',
  minItems: 'minItems',
  maxItems: 'maxItems',
  pattern: 'pattern',
  format: 'format',
} as const
type Limit = (typeof LIMITS)[keyof typeof LIMITS]

/** Deeper than that nobody reads a table; the schema itself is beside it. */
const MAX_DEPTH = 4

/** The params that a JSON Schema of an object names, those within others below them. */
export function schemaRows(schema: Json, root = schema, prefix = '', depth = 0): SchemaRow[] {
  const required = new Set((schema.required as string[] | undefined) ?? [])
  return Object.entries((schema.properties as Record<string, Json> | undefined) ?? {}).flatMap(
    ([name, given]) => {
      const property = resolved(given, root)
      const path = prefix + name
      const row: SchemaRow = {
        path,
        depth,
        type: typeText(given, root),
        isRequired: required.has(name),
        defaultText: property.default === undefined ? undefined : JSON.stringify(property.default),
        description: property.description as string | undefined,
        limits: limitsOf(property),
      }
      return depth < MAX_DEPTH ? [row, ...within(property, root, path, depth + 1)] : [row]
    },
  )
}

function within(property: Json, root: Json, path: string, depth: number): SchemaRow[] {
  const items = property.items && resolved(property.items as Json, root)
  return items && typeof items === 'object'
    ? schemaRows(items as Json, root, `${path}[].`, depth)
    : schemaRows(property, root, `${path}.`, depth)
}

/**
 * `string`, `"KR" | "US"`, `string[]`, `string | null`; `any` for what stands for itself within itself, as JSON does.
 *
 * @param above  the addresses that are being told
 */
function typeText(given: Json, root: Json, above: unknown[] = []): string {
  const address = given.$ref
  if (address !== undefined && above.includes(address)) return 'any'
  const schema = resolved(given, root)
  const typeOf = (part: Json) => typeText(part, root, [...above, address])
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const variants = (schema.anyOf ?? schema.oneOf) as Json[] | undefined
  if (variants) return [...new Set(variants.map(typeOf))].join(' | ')
  if (schema.type === 'array') {
    const item = schema.items ? typeOf(schema.items as Json) : 'any'
    return item.includes(' ') ? `(${item})[]` : `${item}[]`
  }
  return [schema.type ?? 'any'].flat().join(' | ')
}

function limitsOf(schema: Json): Array<[Limit, string]> {
  return (Object.keys(LIMITS) as Array<keyof typeof LIMITS>).flatMap((key) => {
    const value = schema[key]
    // What zod writes for every integer says nothing.
    const isSaid = value !== undefined && Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER
    return isSaid ? [[LIMITS[key], String(value)] as [Limit, string]] : []
  })
}

/** What `#/$defs/name` stands for; another address is left as it is. */
function resolved(schema: Json, root: Json): Json {
  if (typeof schema.$ref !== 'string' || !schema.$ref.startsWith('#/')) return schema
  const found = schema.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Json | undefined)?.[key], root)
  return found ? { ...(found as Json), ...schema, $ref: undefined } : schema
}
