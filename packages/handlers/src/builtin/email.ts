import { z } from 'zod'
import { defineHandler } from '../defineHandler.ts'
import { HandlerFailure } from '../errors.ts'

const address = z
  .string()
  .regex(
    /^(?:[^\s<>@]+@[^\s<>@]+|[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>)$/,
    'expected name@host or Name <name@host>',
  )
const addresses = z.union([address, z.array(address).min(1)])

export const email = defineHandler({
  name: 'email',
  description: 'Sends a mail by SMTP; the server is set by JOBU_SMTP_URL and the sender by JOBU_SMTP_FROM',
  params: z
    .strictObject({
      to: addresses.describe('One recipient or several'),
      cc: addresses.optional().describe('Copies'),
      bcc: addresses.optional().describe('Copies nobody else sees'),
      from: address.optional().describe('Sender; default JOBU_SMTP_FROM'),
      subject: z.string().min(1).describe('Subject'),
      text: z.string().optional().describe('Plain text'),
      html: z.string().optional().describe('HTML'),
      attachments: z
        .array(
          z.strictObject({
            filename: z.string().min(1).describe('Name shown to the reader'),
            content: z.string().describe('The file itself'),
            encoding: z.enum(['utf8', 'base64']).default('utf8').describe('How content is written down'),
            content_type: z.string().optional().describe('Default: by the name'),
          }),
        )
        .default([])
        .describe('Files'),
    })
    .refine((params) => params.text !== undefined || params.html !== undefined, {
      path: ['text'],
      message: 'give text, html or both',
    }),

  async run({ attachments, from = process.env.JOBU_SMTP_FROM, ...message }, ctx) {
    const url = process.env.JOBU_SMTP_URL
    if (!url) throw new HandlerFailure('EMAIL_NOT_CONFIGURED', 'JOBU_SMTP_URL is not set on this worker')
    if (!from) {
      throw new HandlerFailure(
        'EMAIL_NOT_CONFIGURED',
        'no sender: give from, or set JOBU_SMTP_FROM on this worker',
      )
    }
    // Loaded by the first mail: most workers never send one.
    const { createTransport } = await import('nodemailer')
    ctx.signal.throwIfAborted()
    try {
      const sent = await createTransport(url).sendMail({
        ...message,
        from,
        attachments: attachments.map(({ content_type, ...file }) => ({ ...file, contentType: content_type })),
        // A worker's files and network are not for a mail's author to attach.
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: ctx.signal,
      })
      return { message_id: sent.messageId, accepted: sent.accepted, rejected: sent.rejected }
    } catch (error) {
      ctx.signal.throwIfAborted()
      throw new HandlerFailure('EMAIL_FAILED', `mail was not sent: ${(error as Error).message}`, {
        cause: error,
      })
    }
  },
})
