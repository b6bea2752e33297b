import type { ServerResponse } from 'node:http'

type Schema = Record<string, unknown>

/** What is written to a response, as text, once it is over; nothing of a stream. */
export function bodyOf(response: ServerResponse): () => string {
  const chunks: Buffer[] = []
  const keep = (chunk: unknown, encoding: unknown) => {
    if (!String(response.getHeader('content-type') ?? '').startsWith('application/json')) return
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, (encoding as BufferEncoding) || 'utf8'))
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  const { write, end } = response
  response.write = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0], args[1])
    return write.apply(this, args as never)
  } as typeof write
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0], args[1])
    return end.apply(this, args as never)
  } as typeof end
  return () => Buffer.concat(chunks).toString()
}

/** Undefined for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What `fields` asks for; undefined: everything. */
export function fieldsOf(url: string): string[] | undefined {
  const given = new URLSearchParams(url.split('?')[1]).getAll('fields')
  return given.length === 0 ? undefined : given.flatMap((text) => text.split(',')).map((one) => one.trim())
}

/** The names in an object, or in those of a page. */
export function keysOf(body: unknown): Set<string> {
  const { items } = (body ?? {}) as { items?: object[] }
  return new Set((items ?? [body ?? {}]).flatMap((one) => Object.keys(one as object)))
}

/** A parameter as JSON would say it, for its schema. */
export function queryValue(schema: Schema, given: string[]): unknown {
  if (schema.type === 'array') {
    const item = (schema.items ?? {}) as Schema
    return given.flatMap((text) => text.split(',')).map((text) => queryValue(item, [text]))
  }
  const [text = ''] = given
  if (given.length > 1) return given
  if (schema.type === 'integer' || schema.type === 'number') return text.trim() === '' ? text : Number(text)
  if (schema.type === 'boolean') return { true: true, 1: true, false: false, 0: false }[text] ?? text
  return text
}
