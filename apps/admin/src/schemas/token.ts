import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instant, instantAnswer, name } from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'
import { role } from './user.ts'

const MAX_DAYS = 3_650

export const createTokenBody = z
  .strictObject({
    name: name.meta({ example: 'deploy script' }),
    role,
    expires_at: instant.nullable().optional(),
    expires_in_days: z.int().min(1).max(MAX_DAYS).nullable().optional(),
  })
  .superRefine((body, context) => {
    if ((body.expires_at ?? null) === null || (body.expires_in_days ?? null) === null) return
    context.addIssue({
      code: 'custom',
      path: ['expires_in_days'],
      message: 'give either expires_at or expires_in_days',
    })
  })
  .meta({ id: 'ApiTokenCreate', example: { name: 'deploy script', role: 'operator', expires_in_days: 90 } })
export type CreateTokenBody = z.output<typeof createTokenBody>

export const listTokensQuery = z.strictObject(pagingFields).superRefine(refuseMixedPaging)
export type ListTokensQuery = z.output<typeof listTokensQuery>

export const tokenAnswer = z
  .object({
    id: z.int(),
    name: z.string().meta({ example: 'deploy script' }),
    prefix: z.string().meta({ example: 'jobu_Xk3v9Q', description: 'How the token begins' }),
    role,
    created_by: z.string(),
    created_at: instantAnswer,
    expires_at: instantAnswer.nullable().meta({ description: 'Null: does not expire' }),
    last_used_at: instantAnswer.nullable().meta({ description: 'To the minute' }),
    revoked_at: instantAnswer.nullable(),
  })
  .meta({ id: 'ApiToken', description: 'A bearer token of a program' })

export const newTokenAnswer = tokenAnswer
  .extend({
    token: z.string().meta({
      description: 'To be sent as `Authorization: Bearer`; shown this once',
      example: `jobu_${'x'.repeat(43)}`,
    }),
  })
  .meta({ id: 'NewApiToken', description: 'An API token with its secret' })

export const tokenPage = pageOfAnswers(tokenAnswer).meta({ id: 'ApiTokenPage' })
