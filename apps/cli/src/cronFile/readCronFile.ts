import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { CliError } from '../errors.ts'
import { ENTRY_KEYS } from './cronFields.ts'

/** One cron of a file. */
export interface CronEntry {
  name: string
  /** As the file says it. */
  body: Record<string, unknown>
  /** Where the file says a field, as `crons.yaml:12`; the nearest place there is for one that it leaves out. */
  place(field?: string): string
}

type Path = readonly (string | number)[]

/**
 * The crons of a file: YAML or JSON with a list under `crons`, each entry a body of `POST /crons`.
 *
 * @param fileName   for messages
 * @param variables  `{name}` in a text stands for the value of that name; others are left as they are
 * @throws CliError  every fault found, each with file, line and field
 */
export function readCronFile(
  text: string,
  fileName: string,
  variables: Readonly<Record<string, string>> = {},
): CronEntry[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const lineAt = (offset: number) => `${fileName}:${lines.linePos(offset).line}`
  const faults = document.errors.map(({ message, pos }) => `${lineAt(pos[0])}: ${message}`)
  if (faults.length > 0) throw fileFault(faults)
  substitute(document, variables)

  const root: unknown = document.toJS()
  const placeOf = (path: Path) => lineAt(offsetOf(document, path))
  const fault = (path: Path, message: string) => faults.push(`${placeOf(path)}: ${message}`)
  if (!isObject(root) || !Array.isArray(root.crons)) {
    fault(['crons'], 'expected "crons:" with a list of crons below it')
    throw fileFault(faults)
  }
  for (const key of Object.keys(root)) if (key !== 'crons') fault([key], `unknown key "${key}"`)

  const entries: CronEntry[] = []
  for (const [index, item] of root.crons.entries()) {
    const path = ['crons', index]
    if (!isObject(item)) {
      fault(path, 'expected the fields of a cron')
      continue
    }
    for (const key of Object.keys(item)) {
      if (!ENTRY_KEYS.includes(key)) {
        fault([...path, key], `unknown field "${key}", expected one of ${ENTRY_KEYS.join(', ')}`)
      }
    }
    for (const at of notJson(item))
      fault([...path, ...at], `${at.join('.')}: expected a number that JSON has`)
    if (typeof item.name !== 'string' || item.name.trim() === '') {
      fault([...path, 'name'], 'name: expected the name of the cron')
      continue
    }
    entries.push({
      name: item.name.trim(),
      body: { ...item, name: item.name.trim() },
      place: (field) => placeOf([...path, ...fieldPath(field)]),
    })
  }
  if (faults.length > 0) throw fileFault(faults)
  return entries
}

/** @throws CliError where two entries, of one file or of two, have one name */
export function refuseTwins(entries: readonly CronEntry[]): void {
  const first = new Map<string, CronEntry>()
  const faults: string[] = []
  for (const entry of entries) {
    const twin = first.get(entry.name)
    if (twin) faults.push(`${entry.place('name')}: name "${entry.name}" is taken at ${twin.place('name')}`)
    else first.set(entry.name, entry)
  }
  if (faults.length > 0) throw fileFault(faults)
}

/** Faults of what was to be applied; nothing has been changed. */
export function fileFault(faults: readonly string[]): CliError {
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`
  return new CliError(`${count} in what was to be applied; nothing was changed`, undefined, faults)
}

function substitute(document: Document, variables: Readonly<Record<string, string>>): void {
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string') return
      node.value = node.value.replace(/\{(\w+)\}/g, (whole, name) =>
        Object.hasOwn(variables, name) ? variables[name]! : whole,
      )
    },
  })
}

/** Where the node of a path begins, or the nearest one above it that is there. */
function offsetOf(document: Document, path: Path): number {
  let node = document.contents as Node | null
  let offset = node?.range?.[0] ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) break
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value as Node | null
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined
      if (!item) break
      offset = item.range?.[0] ?? offset
      node = item
    } else break
  }
  return offset
}

/** The paths of numbers that JSON has no word for: `.inf`, `.nan`. */
function notJson(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path]
  if (Array.isArray(value)) return value.flatMap((one, index) => notJson(one, [...path, index]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, one]) => notJson(one, [...path, key]))
}

/** The API names fields as `handler_params.urls[0]`. */
const fieldPath = (field = ''): Path => field.split(/[.[\]]+/).filter((step) => step !== '')

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
