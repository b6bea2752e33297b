import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { z } from 'zod'
import type { Artifact } from '../artifacts.ts'
import type { HandlerContext, HandlerExecution } from '../context.ts'
import { defineHandler } from '../defineHandler.ts'
import { HandlerFailure } from '../errors.ts'
import { findArtifacts } from '../findArtifacts.ts'

const address = z
  .string()
  .regex(
    /^(?:[^\s<>@]+@[^\s<>@]+|[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>)$/,
    'expected name@host or Name <name@host>',
  )
const addresses = z.union([address, z.array(address).min(1)])

const inlineFile = z.strictObject({
  filename: z.string().min(1).describe('Name shown to the reader'),
  content: z.string().describe('The file itself'),
  encoding: z.enum(['utf8', 'base64']).default('utf8').describe('How content is written down'),
  content_type: z.string().optional().describe('Default: by the name'),
})
const artifactFile = z
  .strictObject({
    task: z.string().min(1).optional().describe('The task that left it; default: any before this one'),
    artifact: z.string().min(1).max(255).describe('Name of the artifact; * stands for anything'),
    filename: z.string().min(1).optional().describe("Name shown to the reader; default: the artifact's"),
  })
  .refine((file) => file.filename === undefined || !file.artifact.includes('*'), {
    path: ['filename'],
    message: 'names one file, and artifact may mean several',
  })

export const email = defineHandler({
  name: 'email',
  description: 'Sends a mail by SMTP; the server is set by JOBU_SMTP_URL and the sender by JOBU_SMTP_FROM',
  params: z
    .strictObject({
      to: addresses.describe('One recipient or several'),
      cc: addresses.optional().describe('Copies'),
      bcc: addresses.optional().describe('Copies nobody else sees'),
      from: address.optional().describe('Sender; default JOBU_SMTP_FROM'),
      reply_to: addresses.optional().describe('Where answers go; default: to the sender'),
      subject: z.string().min(1).describe('Subject'),
      text: z.string().optional().describe('Plain text'),
      html: z.string().optional().describe('HTML'),
      attachments: z
        .array(z.union([inlineFile, artifactFile]))
        .default([])
        .describe('Files: given here, or artifacts of earlier tasks'),
      attach: z.literal('all').optional().describe('Also attach every artifact of the tasks before this one'),
      only_with_artifact: z
        .boolean()
        .default(false)
        .describe('Send nothing where none of the artifacts is there; without it a missing one is a failure'),
    })
    .refine((params) => params.text !== undefined || params.html !== undefined, {
      path: ['text'],
      message: 'give text, html or both',
    })
    .refine(
      ({ only_with_artifact, attach, attachments }) =>
        !only_with_artifact || attach !== undefined || attachments.some((file) => 'artifact' in file),
      { path: ['only_with_artifact'], message: 'needs artifacts to attach: give attach, or attachments' },
    ),

  async run(params, ctx) {
    const { attachments, attach, only_with_artifact, reply_to, ...message } = params
    const { from = process.env.JOBU_SMTP_FROM } = message
    const url = process.env.JOBU_SMTP_URL
    if (!url) throw new HandlerFailure('EMAIL_NOT_CONFIGURED', 'JOBU_SMTP_URL is not set on this worker')
    if (!from) {
      throw new HandlerFailure(
        'EMAIL_NOT_CONFIGURED',
        'no sender: give from, or set JOBU_SMTP_FROM on this worker',
      )
    }
    const inline = attachments.filter((file) => 'content' in file)
    const wanted = attachments.filter((file) => 'artifact' in file)
    const artifacts = await artifactsOf(ctx, wanted, attach === 'all', only_with_artifact)
    if (only_with_artifact && artifacts.length === 0) {
      ctx.logger.info('no mail: there is no artifact to send')
      return { sent: false, reason: 'there is no artifact to send' }
    }
    // Loaded by the first mail: most workers never send one.
    const { createTransport } = await import('nodemailer')
    ctx.signal.throwIfAborted()
    try {
      const sent = await createTransport(url).sendMail({
        ...message,
        from,
        replyTo: reply_to,
        messageId: messageIdOf(ctx.execution, from),
        attachments: [
          ...inline.map(({ content_type, ...file }) => ({ ...file, contentType: content_type })),
          ...artifacts.map(({ artifact, filename }) => ({
            filename,
            content: ctx.artifacts.read(artifact),
            contentType: artifact.contentType,
          })),
        ],
        // A worker's files and network are not for a mail's author to attach.
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: ctx.signal,
      })
      return {
        sent: true,
        message_id: sent.messageId,
        accepted: sent.accepted,
        rejected: sent.rejected,
        attachments: [...inline, ...artifacts].map(({ filename }) => filename),
      }
    } catch (error) {
      ctx.signal.throwIfAborted()
      throw new HandlerFailure('EMAIL_FAILED', `mail was not sent: ${(error as Error).message}`, {
        cause: error,
      })
    }
  },
})

/** Each artifact once, however often it is named; the first name it is given counts. */
async function artifactsOf(
  ctx: HandlerContext,
  wanted: Array<z.output<typeof artifactFile>>,
  isAll: boolean,
  mayBeMissing: boolean,
): Promise<Array<{ artifact: Artifact; filename: string }>> {
  const found = new Map<number, { artifact: Artifact; filename: string }>()
  const add = (artifact: Artifact, filename = basename(artifact.name)) => {
    if (!found.has(artifact.id)) found.set(artifact.id, { artifact, filename })
  }
  for (const { task, artifact: name, filename } of wanted) {
    for (const one of await findArtifacts(ctx, { task, name }, mayBeMissing)) add(one, filename)
  }
  if (isAll) for (const one of await ctx.artifacts.of()) add(one)
  return [...found.values()]
}

/** The same at every attempt: where a mail went out and its attempt failed after it, the reader can tell the second copy. */
function messageIdOf({ id, scheduledTime }: HandlerExecution, from: string): string {
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1] ?? 'jobu'
  const hash = createHash('sha256').update(`${id} ${scheduledTime.toISOString()}`).digest('hex')
  return `<jobu-${id}-${hash.slice(0, 16)}@${domain}>`
}
