import { z } from 'zod'

const MAX_RECIPIENTS = 100
const MAX_WEBHOOKS = 20

const template = z.string().max(100_000).nullable().optional()

const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  on: z
    .array(z.enum(['success', 'failure']))
    .min(1)
    .max(2)
    .default(['success', 'failure'])
    .transform((on) => [...new Set(on)]),
  secret: z
    .strictObject({ $secret: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}$/) })
    .nullable()
    .optional()
    .meta({ description: 'Signs the request; the name of a secret, never the secret itself' }),
})

/** What is sent when a run has ended. */
export const notificationsSchema = z
  .strictObject({
    on_success: z.boolean().default(false).meta({ description: 'Mail to the recipients' }),
    on_failure: z.boolean().default(false).meta({ description: 'Mail to the recipients' }),
    recipients: z.array(z.email().max(320)).max(MAX_RECIPIENTS).default([]),
    webhooks: z.array(webhook).max(MAX_WEBHOOKS).default([]),
    templates: z
      .strictObject({
        success_subject: template,
        success_body: template,
        failure_subject: template,
        failure_body: template,
      })
      .default({})
      .meta({ description: 'Liquid templates that replace the ones jobu comes with' }),
  })
  .meta({
    id: 'ScheduleNotifications',
    example: {
      on_success: false,
      on_failure: true,
      recipients: ['data@example.com'],
      webhooks: [{ url: 'https://chat.example.com/hook', on: ['failure'], secret: { $secret: 'CHAT_KEY' } }],
    },
  })
export type Notifications = z.output<typeof notificationsSchema>
