import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Endpoint, endpoint } from '../http/endpoint.ts'

/** @param build  called once, by the first request */
export function documentEndpoints(build: () => object): Endpoint[] {
  let served: { text: string; etag: string } | undefined
  const serve = () => {
    const text = JSON.stringify(build())
    return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` }
  }
  return [
    endpoint({
      id: 'getDocument',
      method: 'get',
      path: '/openapi.json',
      tag: 'service',
      role: 'viewer',
      summary: 'This document',
      description: 'Pages made from it are at `/docs` and `/redoc`.',
      answer: z.looseObject({ openapi: z.string(), info: z.looseObject({ title: z.string() }) }),
      otherStatuses: { 304: 'Not changed since `If-None-Match`' },
      headers: { ETag: 'Names this version of it' },
      streamType: 'application/json',
      async stream(_input, response) {
        served ??= serve()
        response.set({ ETag: served.etag, 'Cache-Control': 'private, no-cache' })
        response.type('json').send(served.text)
      },
    }),
  ]
}
