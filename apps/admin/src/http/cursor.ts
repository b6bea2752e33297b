import { createHash } from 'node:crypto'
import { z } from 'zod'
import { refuseUnstorable } from './refuseUnstorable.ts'
import { validationError } from './validationError.ts'

/**
 * Where a page ended, as clients pass it on: opaque, and good only for the list, filter and order it came from.
 *
 * @param scope     what the list was asked for
 * @param position  JSON
 */
export function encodeCursor(scope: unknown, position: unknown[]): string {
  return Buffer.from(JSON.stringify([hashOf(scope), ...position])).toString('base64url')
}

/** @throws JobuError VALIDATION_FAILED naming `cursor` */
export function decodeCursor<S extends z.ZodType>(cursor: string, scope: unknown, position: S): z.output<S> {
  const refuse = (message: string) =>
    validationError([{ field: 'cursor', message, received: cursor.slice(0, 100) }])
  const parsed = z.tuple([z.string()], z.unknown()).safeParse(json(cursor))
  if (!parsed.success) throw refuse('is not a cursor; pass on next_cursor of an answer as it came')
  const [hash, ...rest] = parsed.data
  if (hash !== hashOf(scope)) {
    throw refuse('belongs to another filter or order; leave it out to begin at the first page')
  }
  const at = position.safeParse(rest)
  if (!at.success) throw refuse('is not a cursor; pass on next_cursor of an answer as it came')
  return at.data
}

/** What a client may have made up: JSON, and nothing that the database could not take. */
function json(cursor: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    refuseUnstorable(value)
    return value
  } catch {
    return undefined
  }
}

function hashOf(scope: unknown): string {
  return createHash('sha256').update(JSON.stringify(scope)).digest('base64url').slice(0, 11)
}
