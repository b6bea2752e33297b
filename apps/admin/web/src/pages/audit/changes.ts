import type { Schemas } from '../../api/client.ts'

interface FieldChange {
  field: string
  /** As text; undefined where the field was not there. */
  before: string | undefined
  after: string | undefined
}

type Entry = Pick<Schemas['AuditEntry'], 'before' | 'after'>

/** What an entry says field by field, as readable as values can be. */
export function changesOf({ before, after }: Entry): FieldChange[] {
  return Object.keys({ ...before, ...after }).map((field) => ({
    field,
    before: before ? textOf(before[field]) : undefined,
    after: after ? textOf(after[field]) : undefined,
  }))
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return value
  return JSON.stringify(value, null, typeof value === 'object' ? 2 : undefined)
}
