import { AUDIT_COUNT_LIMIT, type AuditPosition } from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instantAnswer, jsonObject, queryInstant, queryText } from './fields.ts'
import { pageOf, pagingFields, refuseMixedPaging } from './paging.ts'

/** The instant in milliseconds and the id of the last entry that was seen. */
const CURSOR = /^(\d{1,14})\.(\d{1,16})$/

const cursor = queryText
  .transform((text, context): AuditPosition => {
    const [, at, id] = CURSOR.exec(Buffer.from(text, 'base64url').toString()) ?? []
    if (at !== undefined && Number.isSafeInteger(Number(id)))
      return { at: new Date(Number(at)), id: Number(id) }
    context.addIssue({ code: 'custom', message: 'is not a next_cursor of this list' })
    return z.NEVER
  })
  .meta({ description: '`next_cursor` of the page before' })

export function cursorOf({ at, id }: AuditPosition): string {
  return Buffer.from(`${at.getTime()}.${id}`).toString('base64url')
}

export const listAuditQuery = z
  .strictObject({
    actor: queryText.optional().meta({ description: 'The name of who did it' }),
    action: queryText.optional().meta({ example: 'cron.update' }),
    target_type: queryText.optional().meta({ example: 'cron' }),
    target_id: queryText.optional(),
    from: queryInstant.optional().meta({ description: 'Inclusive' }),
    to: queryInstant.optional().meta({ description: 'Exclusive' }),
    q: queryText
      .optional()
      .meta({ description: "A part of the action, or of the actor's or the target's name" }),
    cursor: cursor.optional(),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
  .superRefine((query, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    const { offset, limit } = pageOf(query)
    if (offset + limit > AUDIT_COUNT_LIMIT) {
      refuse(
        query.page === undefined ? 'offset' : 'page',
        `reaches beyond ${AUDIT_COUNT_LIMIT} entries; use cursor`,
      )
    }
  })
export type ListAuditQuery = z.output<typeof listAuditQuery>

export const auditEntryAnswer = z
  .object({
    id: z.int(),
    at: instantAnswer,
    actor_kind: z
      .string()
      .meta({ description: '`user`, `token`, `proxy`, `environment`, `cli` or `anonymous`' }),
    actor_name: z.string(),
    actor_id: z.int().nullable(),
    action: z.string().meta({ example: 'cron.update' }),
    target_type: z.string().meta({ example: 'cron' }),
    target_id: z.string().nullable(),
    target_name: z.string().nullable(),
    before: jsonObject
      .nullable()
      .meta({ description: 'The fields that changed, as they were; null for what was made' }),
    after: jsonObject.nullable().meta({ description: 'As they are since; null for what was deleted' }),
    request_id: z.string().nullable(),
    address: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry', description: 'Who did what' })

export const auditPage = pageOfAnswers(auditEntryAnswer).meta({ id: 'AuditPage' })
