import type { z } from 'zod'
import { coerce, type Leaf, leavesOf } from './configSchema.ts'
import { didYouMean } from './didYouMean.ts'

export type Environment = Record<string, string | undefined>
export type Tree = Record<string, unknown>

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const upperSnake = (text: string) => text.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()

/** The leaf that the rest of a variable's name means and, for a record, the entry's name; undefined: none. */
function findLeaf(rest: string, leaves: Leaf[]): { leaf: Leaf; entry?: string } | undefined {
  let found: { leaf: Leaf; entry?: string; known: number } | undefined
  for (const leaf of leaves) {
    const pattern = leaf.path.map((key) => (key === '*' ? '(.+)' : upperSnake(key))).join('_')
    const match = new RegExp(`^${pattern}$`).exec(rest)
    // Of several patterns the one with the most literal text wins: POOL_MIN_SIZE is not a key of "x_pool".
    if (match && pattern.length > (found?.known ?? 0))
      found = { leaf, entry: match[1], known: pattern.length }
  }
  return found
}

type EnvironmentSource = {
  env: Environment
  prefix: string
  schema: z.ZodType
  /** Other names for settings: `{ DATABASE_URL: 'JOBU_DATABASE_...' }`; the setting's own name wins over them. */
  aliases?: Record<string, string>
}

/**
 * Writes each variable that starts with `prefix` over the key of `tree` that it names; empty ones count as unset.
 *
 * @param tree   the file's content, changed in place
 * @param faults receives a line for each variable that names no key
 * @returns      the variable behind each key it set, by dotted path
 */
export function applyEnvironment(
  tree: Tree,
  { env, prefix, schema, aliases = {} }: EnvironmentSource,
  faults: string[],
): Map<string, string> {
  const origins = new Map<string, string>()
  const leaves = leavesOf(schema)
  for (const [name, text] of Object.entries(env)) {
    const setting = aliases[name] ?? name
    if (!setting.startsWith(prefix) || !text || (setting !== name && env[setting])) continue
    const found = findLeaf(setting.slice(prefix.length), leaves)
    if (!found) {
      const known = leaves.map((leaf) =>
        leaf.path.map((key) => (key === '*' ? '<NAME>' : upperSnake(key))).join('_'),
      )
      faults.push(
        `environment: ${name}: is no setting${didYouMean(setting.slice(prefix.length), known, prefix)}`,
      )
      continue
    }
    const path: string[] = []
    let node: unknown = tree
    for (const key of found.leaf.path) {
      if (!isTree(node)) break
      const own = Object.keys(node).find((existing) => key === '*' && upperSnake(existing) === found.entry)
      path.push(key === '*' ? (own ?? found.entry!.toLowerCase()) : key)
      if (path.length < found.leaf.path.length) node = node[path.at(-1)!] ??= {}
    }
    // A scalar where the file should have a section: leave it, validation reports it.
    if (path.length < found.leaf.path.length || !isTree(node)) continue
    node[path.at(-1)!] = coerce(text, found.leaf.schema)
    origins.set(path.join('.'), name)
  }
  return origins
}
