import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { email } from '../src/builtin/email.ts'
import { AbortReason } from '../src/index.ts'
import { aContext } from './support/aContext.ts'
import { memoryArtifacts } from './support/memoryArtifacts.ts'
import { runHandler } from './support/runHandler.ts'

let server: SMTPServer
let mails: { from: string; to: string[]; user: string | undefined; text: string }[]
let onRecipient: (address: string) => Error | undefined
const mail = { to: 'kim@example.com', subject: 'Report', text: 'All is well' }

beforeEach(async () => {
  mails = []
  onRecipient = () => undefined
  server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      password === 'pa55' ? done(null, { user: username }) : done(new Error('bad login')),
    onRcptTo: ({ address }, _, done) => done(onRecipient(address)),
    async onData(stream, session, done) {
      let text = ''
      try {
        for await (const chunk of stream) text += chunk
      } catch (error) {
        // The client went away in the middle of it.
        return done(error as Error)
      }
      const { mailFrom, rcptTo } = session.envelope
      const from = mailFrom === false ? '' : mailFrom.address
      mails.push({ from, to: rcptTo.map(({ address }) => address), user: session.user, text })
      done()
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  setUrl('')
  process.env.JOBU_SMTP_FROM = 'jobu@example.com'
})
afterEach(async () => {
  delete process.env.JOBU_SMTP_URL
  delete process.env.JOBU_SMTP_FROM
  await new Promise<void>((resolve) => server.close(resolve))
})

function setUrl(credentials: string): void {
  const { port } = server.server.address() as AddressInfo
  process.env.JOBU_SMTP_URL = `smtp://${credentials}127.0.0.1:${port}`
}

describe('email', () => {
  test('a mail with every field arrives, and its blind copies are in no header', async () => {
    const result = await runHandler(email, {
      to: ['kim@example.com', 'Lee <lee@example.com>'],
      cc: 'cc@example.com',
      bcc: 'secret@example.com',
      from: 'Reports <reports@example.com>',
      subject: '\uBCF4\uACE0\uC11C',
      text: 'plain part',
      html: '<b>rich part</b>',
      attachments: [
        { filename: 'a.csv', content: 'x;y' },
        { filename: 'b.bin', content: 'AAEC', encoding: 'base64', content_type: 'application/x-b' },
      ],
    })
    expect(mails).toHaveLength(1)
    const { from, to, text } = mails[0]!
    expect(from).toBe('reports@example.com')
    expect(to).toEqual(['kim@example.com', 'lee@example.com', 'cc@example.com', 'secret@example.com'])
    expect(text).toContain('plain part')
    expect(text).toContain('<b>rich part</b>')
    expect(text).toMatch(/Subject: =\?UTF-8\?/)
    expect(text).toContain(btoa('x;y'))
    expect(text).toMatch(/Content-Type: application\/x-b; name=b\.bin[\s\S]*AAEC/)
    expect(text).not.toContain('secret@example.com')
    expect(result).toEqual({
      sent: true,
      attachments: ['a.csv', 'b.bin'],
      message_id: expect.stringMatching(/^<.+@example\.com>$/),
      accepted: to,
      rejected: [],
    })
  })

  test('the user and password of the address are used, the sender is the configured one', async () => {
    setUrl('kim:pa55@')
    await runHandler(email, mail)
    expect(mails[0]).toMatchObject({ user: 'kim', from: 'jobu@example.com' })
  })

  test('a refused login fails without the password in the message', async () => {
    setUrl('kim:wrong-pa55@')
    const error = await runHandler(email, mail).catch((e) => e)
    expect(error).toMatchObject({ code: 'EMAIL_FAILED', cause: { code: 'EAUTH' } })
    expect(error.message).toMatch(/^mail was not sent: Invalid login: 535 bad login/)
    expect(error.message).not.toContain('pa55')
  })

  test('a recipient the server refuses is in the result, the others get it', async () => {
    onRecipient = (address) => (address.startsWith('gone') ? new Error('no such mailbox') : undefined)
    const result = await runHandler(email, { ...mail, to: ['kim@example.com', 'gone@example.com'] })
    expect(result).toMatchObject({ accepted: ['kim@example.com'], rejected: ['gone@example.com'] })
    await expect(runHandler(email, { ...mail, to: 'gone@example.com' })).rejects.toThrow('no such mailbox')
  })

  test('without a server, or without a sender, it says which setting is missing', async () => {
    delete process.env.JOBU_SMTP_FROM
    await expect(runHandler(email, mail)).rejects.toThrow('JOBU_SMTP_FROM')
    delete process.env.JOBU_SMTP_URL
    await expect(runHandler(email, mail)).rejects.toMatchObject({
      code: 'EMAIL_NOT_CONFIGURED',
      message: 'JOBU_SMTP_URL is not set on this worker',
    })
  })

  test('an abort while the server keeps it waiting closes the connection with the reason', async () => {
    const controller = new AbortController()
    const reason = new AbortReason('CANCELLED', 'cancelled')
    const closed = new Promise<void>((resolve) => {
      server.onClose = () => resolve()
    })
    server.onMailFrom = () => controller.abort(reason)
    await expect(runHandler(email, mail, aContext({ signal: controller.signal }))).rejects.toBe(reason)
    await closed
    expect(mails).toEqual([])
  })

  test('artifacts of earlier tasks arrive byte for byte under their names, and a retry is the same message', async () => {
    const content = randomBytes(900_000)
    const { artifacts } = memoryArtifacts([
      ['report', '2026/report.bin', content],
      ['report', 'notes.txt', 'plain'],
      ['other', 'other.txt', 'x'],
    ])
    const params = {
      ...mail,
      reply_to: 'Help <help@example.com>',
      attachments: [
        { task: 'report', artifact: '2026/*' },
        { artifact: 'notes.txt', filename: '\uBA54\uBAA8.txt' },
        { filename: 'inline.txt', content: 'here' },
      ],
    }
    const first = await runHandler(email, params, aContext({ artifacts, attempt: 1 }))
    const second = await runHandler(email, params, aContext({ artifacts, attempt: 2 }))
    expect(first).toMatchObject({ sent: true, attachments: ['inline.txt', 'report.bin', '\uBA54\uBAA8.txt'] })
    expect(second.message_id).toBe(first.message_id)
    const other = { ...aContext().execution, id: 2 }
    const third = await runHandler(email, mail, aContext({ execution: other }))
    expect(third.message_id).not.toBe(first.message_id)
    const parsed = await PostalMime.parse(mails[0]!.text)
    expect(parsed.messageId).toBe(first.message_id)
    expect(parsed.replyTo).toMatchObject([{ name: 'Help', address: 'help@example.com' }])
    const received = parsed.attachments.map(
      ({ filename, content }) => [filename, Buffer.from(content as ArrayBuffer)] as const,
    )
    expect(received.map(([filename]) => filename)).toEqual(['inline.txt', 'report.bin', '\uBA54\uBAA8.txt'])
    expect(received[1]![1].equals(content)).toBe(true)
    expect(String(received[2]![1])).toBe('plain')
  })

  test('attach all has each artifact once, also those named beside it', async () => {
    const { artifacts } = memoryArtifacts([
      ['a', 'one.txt', '1'],
      ['b', 'two.txt', '2'],
    ])
    const result = await runHandler(
      email,
      { ...mail, attach: 'all', attachments: [{ artifact: 'two.txt', filename: 'renamed.txt' }] },
      aContext({ artifacts }),
    )
    expect(result.attachments).toEqual(['renamed.txt', 'one.txt'])
  })

  test('with only_with_artifact nothing is sent where there is none; without it a missing one is a failure', async () => {
    const attachments = [{ task: 'report', artifact: 'report.xlsx' }, { artifact: '*.csv' }]
    expect(await runHandler(email, { ...mail, attachments, only_with_artifact: true })).toEqual({
      sent: false,
      reason: 'there is no artifact to send',
    })
    expect(await runHandler(email, { ...mail, attach: 'all', only_with_artifact: true })).toMatchObject({
      sent: false,
    })
    await expect(runHandler(email, { ...mail, attachments })).rejects.toMatchObject({
      code: 'ARTIFACT_MISSING',
    })
    expect(mails).toEqual([])
    const { artifacts } = memoryArtifacts([['x', 'rows.csv', '1']])
    const sent = await runHandler(
      email,
      { ...mail, attachments, only_with_artifact: true },
      aContext({ artifacts }),
    )
    expect(sent).toMatchObject({ sent: true, attachments: ['rows.csv'] })
  })

  test('an artifact that cannot be read to its end is a failure, and no mail', async () => {
    const { artifacts } = memoryArtifacts([['x', 'rows.csv', '1']])
    const broken = async function* () {
      yield Buffer.from('half')
      throw new Error('gone meanwhile')
    }
    const ctx = aContext({ artifacts: { ...artifacts, read: () => Readable.from(broken()) } })
    await expect(runHandler(email, { ...mail, attach: 'all' }, ctx)).rejects.toMatchObject({
      code: 'EMAIL_FAILED',
      message: 'mail was not sent: gone meanwhile',
    })
    expect(mails).toEqual([])
  })

  test.each([
    ['no text at all', { to: 'a@b', subject: 'x' }, 'text'],
    ['an address that is none', { ...mail, to: 'kim' }, 'to'],
    ['an address with a line break', { ...mail, to: 'Kim\r\nBcc: x <a@b>' }, 'to'],
    [
      'an attachment by path',
      { ...mail, attachments: [{ filename: 'a', path: '/etc/passwd' }] },
      'attachments.0',
    ],
    [
      'a name for several artifacts',
      { ...mail, attachments: [{ artifact: '*', filename: 'one.txt' }] },
      'attachments.0',
    ],
    ['a condition without artifacts', { ...mail, only_with_artifact: true }, 'only_with_artifact'],
  ])('%s is refused by the schema', async (_, params, field) => {
    await expect(runHandler(email, params)).rejects.toThrow(field)
  })
})
