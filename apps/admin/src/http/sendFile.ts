import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ArtifactRow } from '@jobu/db'
import { create as contentDisposition } from 'content-disposition'
import type { Request, Response } from 'express'

/** Pictures that hold no code, as SVG does. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const TEXTS = ['text/plain', 'text/csv', 'application/json']
/** How long a client may take nothing, in milliseconds. */
const STALLED_MS = 60_000

/**
 * Sends somebody's file. It was written by whatever a job ran, so a browser saves it, or shows it where that cannot run
 * code; and should it be made to show it after all, as another page's frame or by its own idea of the type, it has no
 * scripts, no forms and no origin.
 */
export async function sendFile(
  request: Request,
  response: Response,
  { name, contentType, sizeBytes }: ArtifactRow,
  content: AsyncIterable<Buffer>,
  isInlineWanted: boolean,
): Promise<void> {
  const type = contentType.replace(/;.*$/s, '').trim().toLowerCase()
  const isText = TEXTS.includes(type)
  const isInline = isInlineWanted && (isText || PICTURES.includes(type))
  // Not by `set`, which would add a charset that nobody knows.
  response.setHeader('Content-Type', isInline && isText ? 'text/plain; charset=utf-8' : contentType)
  response.set({
    'Content-Length': String(sizeBytes),
    'Content-Disposition': contentDisposition(posix.basename(name), {
      type: isInline ? 'inline' : 'attachment',
    }),
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'self'",
    'X-Content-Type-Options': 'nosniff',
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  response.setTimeout(STALLED_MS)
  try {
    await pipeline(Readable.from(content, { objectMode: false }), response)
  } catch (error) {
    // The client has gone, which is its right; otherwise the broken connection tells it that this is not all.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}
