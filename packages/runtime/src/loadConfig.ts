import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { applyEnvironment, type Environment, type Tree } from './configEnvironment.ts'
import { ConfigError } from './configError.ts'
import { readSection } from './configFile.ts'
import { describe, fillIn, UNSET } from './configValues.ts'

export type ConfigSource = { dir?: string; env?: Environment }

/** Keys whose value no message may show. */
const SECRET_KEY = /(password|token|url|secret)$/i

/**
 * A service's configuration: `<dir>/<file>.yaml` under its one top key `<file>`, `${ENV}` and `${ENV:-default}`
 * filled in, `JOBU_<FILE>_<PATH>` variables laid over it, validated by `schema`.
 *
 * A missing file is an empty one. `$${` is a literal `${`.
 *
 * @param source.dir  default: `JOBU_CONFIG_DIR`, else `config` at the repository's root
 * @param source.env  default: `process.env`
 * @returns           the parsed value, frozen all the way down
 * @throws ConfigError naming every fault: broken YAML, unknown key or variable, unset `${ENV}`, bad value
 */
export function loadConfig<S extends z.ZodObject>(
  file: string,
  schema: S,
  source: ConfigSource = {},
): Readonly<z.output<S>> {
  return readConfig(file, schema, { topKey: file }, source)
}

type FileLayout = {
  /** The file's one top key; null: the schema's keys are the file's top keys. */
  topKey: string | null
  aliases?: Record<string, string>
  /** Called between the environment and validation with the file's keys and the variable behind each key set. */
  adjust?: (tree: Tree, origins: Map<string, string>) => void
}

/** `loadConfig` for a file of another layout. */
export function readConfig<S extends z.ZodObject>(
  file: string,
  schema: S,
  { topKey, aliases, adjust }: FileLayout,
  { dir, env = process.env }: ConfigSource,
): Readonly<z.output<S>> {
  dir ??= env.JOBU_CONFIG_DIR || fileURLToPath(new URL('../../../config', import.meta.url))
  const fileName = join(dir, `${file}.yaml`)
  const faults: string[] = []
  const place = (path: PropertyKey[]) => [...(topKey ? [topKey] : []), ...path.map(String)].join('.')
  const fault = (path: PropertyKey[], text: string) =>
    faults.push(`${[fileName, place(path)].filter(Boolean).join(': ')}: ${text}`)

  const tree = readSection(fileName, topKey, fault)
  const origins = applyEnvironment(
    tree,
    { env, prefix: `JOBU_${file.toUpperCase()}_`, schema, aliases },
    faults,
  )
  adjust?.(tree, origins)
  const filled = fillIn(tree, schema, [], { env, origins, fault })

  const parsed = schema.safeParse(filled)
  for (const issue of parsed.error?.issues ?? []) {
    const origin = origins.get(issue.path.join('.'))
    const came = valueAt(filled, issue.path)
    // An unset ${ENV} was reported already, with more to say than "received undefined".
    if (came === UNSET) continue
    fault(issue.path, `${explain(issue)}${show(came, issue.path)}${origin ? ` (from ${origin})` : ''}`)
  }
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults)
  return deepFreeze(parsed.data)
}

function valueAt(root: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown> | undefined)?.[key], root)
}

/** What was expected, in zod's words; of a union, every alternative. */
function explain(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return [...new Set(issue.errors.flat().map(explain))].join(' or ')
  }
  return issue.message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '')
}

function show(value: unknown, path: PropertyKey[]): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? ', got a list' : ''
  if (value === undefined) return ', got nothing'
  return `, got ${path.some((key) => SECRET_KEY.test(String(key))) ? '***' : describe(value)}`
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze)
    Object.freeze(value)
  }
  return value
}
