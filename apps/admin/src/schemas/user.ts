import { ROLES, USER_ORDERS } from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instantAnswer, queryBoolean, queryText } from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'

/** No colon, which ends the name in Basic, no blanks, and nothing that cannot be seen. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,99}$/u
const MIN_PASSWORD = 12
export const MAX_PASSWORD = 1_024

/** Whether a user could be called so. */
export const isUserName = (text: string) => NAME.test(text.normalize('NFC'))

export const userName = z
  .string()
  .normalize('NFC')
  .trim()
  .regex(NAME, 'expected 1 to 100 letters, digits and . _ @ + -, a letter or digit first')
  .meta({ example: 'jiwoo' })

export const newPassword = z
  .string()
  .refine((text) => [...text].length >= MIN_PASSWORD, `expected at least ${MIN_PASSWORD} characters`)
  .max(MAX_PASSWORD, `expected at most ${MAX_PASSWORD} characters`)
  .meta({ minLength: MIN_PASSWORD, maxLength: MAX_PASSWORD, format: 'password' })

export const role = z.enum(ROLES).meta({ description: 'Each role may do what those before it may' })

/** A password that exists already, whatever was asked of it then. */
export const anyPassword = z.string().min(1).max(MAX_PASSWORD).meta({ format: 'password' })

export const createUserBody = z
  .strictObject({
    name: userName,
    password: newPassword,
    role,
    is_enabled: z.boolean().default(true),
  })
  .meta({ id: 'UserCreate', example: { name: 'jiwoo', password: 'correct horse battery', role: 'operator' } })
export type CreateUserBody = z.output<typeof createUserBody>

export const updateUserBody = z
  .strictObject({ name: userName, password: newPassword, role, is_enabled: z.boolean() })
  .partial()
  .meta({ id: 'UserUpdate', example: { role: 'viewer' } })
export type UpdateUserBody = z.output<typeof updateUserBody>

const orderBy = z.enum(USER_ORDERS.flatMap((order) => [order, `-${order}` as const]))

export const listUsersQuery = z
  .strictObject({
    q: queryText.optional().meta({ description: 'A part of the name' }),
    role: role.optional(),
    is_enabled: queryBoolean.optional(),
    order_by: orderBy.default('id'),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListUsersQuery = z.output<typeof listUsersQuery>

export const userAnswer = z
  .object({
    id: z.int(),
    name: z.string().meta({ example: 'jiwoo' }),
    role,
    is_enabled: z.boolean(),
    created_at: instantAnswer,
    updated_at: instantAnswer,
    password_changed_at: instantAnswer,
    last_sign_in_at: instantAnswer.nullable(),
  })
  .meta({ id: 'User', description: 'Someone who signs in with a password' })

export const userPage = pageOfAnswers(userAnswer).meta({ id: 'UserPage' })
