/** A value of params that stands for a secret: `{"$secret": "NAME"}`, and nothing beside it. */
const KEY = '$secret'
/** Also a file's name, so no separators and nothing that begins with a dot. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}$/

export interface SecretReference {
  path: PropertyKey[]
  name: string
}

export interface SecretFault {
  path: PropertyKey[]
  /** Never with what came: someone may have put the secret itself there. */
  message: string
}

/** Whether there is anything to look for. This is asked of the params of every execution. */
export function mentionsSecret(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(mentionsSecret)
  for (const key in value) {
    if (key === KEY || mentionsSecret((value as Record<string, unknown>)[key])) return true
  }
  return false
}

/** All references in params, and what was meant as one and is none. */
export function findSecrets(params: unknown): { references: SecretReference[]; faults: SecretFault[] } {
  const references: SecretReference[] = []
  const faults: SecretFault[] = []
  visit(params, [], (path, node) => {
    const fault = faultOf(path, node)
    if (fault) faults.push({ path, message: fault })
    else references.push({ path, name: node[KEY] as string })
    return undefined
  })
  return { references, faults }
}

/** A copy of params with each reference replaced by its value, a text. `params` holds no faults. */
export function resolveSecrets(params: unknown, lookUp: (name: string) => string): unknown {
  return visit(params, [], (_path, node) => lookUp(node[KEY] as string))
}

function visit(
  value: unknown,
  path: PropertyKey[],
  onReference: (path: PropertyKey[], node: Record<string, unknown>) => unknown,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index], onReference))
  const node = value as Record<string, unknown>
  if (Object.hasOwn(node, KEY)) return onReference(path, node)
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [key, visit(child, [...path, key], onReference)]),
  )
}

function faultOf(path: PropertyKey[], node: Record<string, unknown>): string | undefined {
  const name = node[KEY]
  if (path.length === 0) return 'a secret cannot stand for all of the params, only for a value in them'
  if (Object.keys(node).length > 1) return `a secret reference is {"${KEY}": "NAME"} and nothing beside it`
  if (typeof name !== 'string') return `a secret reference is {"${KEY}": "NAME"}, expected a name`
  if (!NAME.test(name)) {
    return `is not the name of a secret, expected up to 127 of letters, digits, "_", "." and "-", not beginning with "." or "-"`
  }
  return undefined
}
