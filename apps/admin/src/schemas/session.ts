import { z } from 'zod'
import { instantAnswer } from './fields.ts'
import { anyPassword, newPassword, role } from './user.ts'

export const signInBody = z
  .strictObject({
    name: z.string().min(1).max(255).meta({ example: 'admin' }),
    password: anyPassword,
  })
  .meta({ id: 'SignIn', example: { name: 'admin', password: 'correct horse battery' } })
export type SignInBody = z.output<typeof signInBody>

export const changePasswordBody = z
  .strictObject({
    current_password: anyPassword,
    new_password: newPassword,
  })
  .meta({
    id: 'PasswordChange',
    example: { current_password: 'correct horse battery', new_password: 'staple in a haystack' },
  })
export type ChangePasswordBody = z.output<typeof changePasswordBody>

export const sessionAnswer = z
  .object({
    kind: z.enum(['user', 'token', 'proxy', 'environment']).meta({
      description:
        'How it is known who asks: a password or the session it began, an API token, a trusted proxy, the token of ' +
        'the configuration',
    }),
    id: z.int().nullable().meta({ description: 'Of the user or the API token' }),
    name: z.string().meta({ example: 'admin' }),
    role,
    csrf_token: z.string().nullable().meta({
      description:
        'What each request of the session that changes something sends as `X-CSRF-Token`; null without a session',
    }),
    expires_at: instantAnswer
      .nullable()
      .meta({ description: 'When the session ends, however often it is used' }),
    idle_expires_at: instantAnswer.nullable().meta({ description: 'When it ends unless it is used before' }),
  })
  .meta({ id: 'Session', description: 'Who asks' })
