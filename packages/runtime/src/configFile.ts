import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { isTree, type Tree } from './configEnvironment.ts'
import { ConfigError } from './configError.ts'
import { describe, type Fault } from './configValues.ts'

/**
 * The keys of a YAML file: the content of its one top key, or, where `topKey` is null, the content itself.
 *
 * @param fault receives what is wrong with the file's shape
 * @throws ConfigError when the file is there but cannot be read, or is no YAML
 */
export function readSection(fileName: string, topKey: string | null, fault: Fault): Tree {
  const root = readYaml(fileName) ?? {}
  if (!isTree(root)) {
    fault([], `expected ${topKey ? `a section "${topKey}:"` : 'keys'} at the top, got ${describe(root)}`)
    return {}
  }
  if (topKey === null) return root
  for (const key of Object.keys(root)) {
    if (key !== topKey) fault([], `unknown top key "${key}", expected everything under "${topKey}:"`)
  }
  const section = root[topKey] ?? {}
  if (isTree(section)) return section
  fault([], `expected keys, got ${describe(section)}`)
  return {}
}

function readYaml(fileName: string): unknown {
  let text: string
  try {
    text = readFileSync(fileName, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ConfigError([`${fileName}: cannot be read: ${(error as Error).message}`])
  }
  // prettyErrors would quote lines of the file, and with them its secrets.
  const document = parseDocument(text, { prettyErrors: false })
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(({ message, pos }) => {
        const before = text.slice(0, pos[0]).split('\n')
        return `${fileName}: line ${before.length}, column ${before.at(-1)!.length + 1}: broken YAML: ${message}`
      }),
    )
  }
  return document.toJS()
}
