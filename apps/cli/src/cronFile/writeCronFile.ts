import { isDeepStrictEqual } from 'node:util'
import { Document, isMap, type YAMLMap } from 'yaml'
import { CRON_FIELDS, FIELD_DEFAULTS } from './cronFields.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Crons as a file that `readCronFile` reads: by name, fields in one order, without those that have their default.
 *
 * @param commentOf  what to say above an entry, without `#`
 */
export function writeCronFile(
  crons: readonly Fields[],
  { header, commentOf }: { header?: string; commentOf?: (index: number) => string | undefined } = {},
): string {
  const document = new Document({ crons: crons.map(cronEntry) })
  if (header) document.commentBefore = comment(header)
  const list = document.get('crons') as YAMLMap
  if (crons.length === 0) return document.toString()
  for (const [index, item] of list.items.entries()) {
    const entry = item as unknown as YAMLMap
    const text = commentOf?.(index)
    if (text) entry.commentBefore = comment(text)
    entry.spaceBefore = index > 0
    // An environment reads best on one line.
    const env = entry.getIn(['handler_params', 'env'], true)
    if (isMap(env)) env.flow = true
  }
  // Folded lines would make one changed word a changed paragraph.
  return document.toString({ lineWidth: 0 })
}

/** What a file has to say of a cron. */
export function cronEntry(cron: Fields): Record<string, unknown> {
  const entry: Record<string, unknown> = { name: cron.name }
  for (const field of CRON_FIELDS) {
    const value = cron[field]
    // Enabled is what a new cron is.
    const byDefault = field === 'is_enabled' ? true : FIELD_DEFAULTS[field]
    if (value !== undefined && !isDeepStrictEqual(value, byDefault)) entry[field] = value
  }
  return entry
}

const comment = (text: string): string => text.replace(/^/gm, ' ').trimEnd()
