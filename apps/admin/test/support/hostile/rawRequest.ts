export type Header = readonly [name: string, value: string]

export interface RawRequest {
  method: string
  /** As it stands in the request line. */
  target: string
  headers: Header[]
  body?: Buffer
}

/** A request as bytes: nothing in it is checked, escaped or completed but the length of its body. */
export function bytesOf({ method, target, headers, body }: RawRequest): Buffer {
  const names = headers.map(([name]) => name.toLowerCase())
  const added: Header[] = [
    ...(names.includes('host') ? [] : [['Host', 'localhost'] as const]),
    ...(body && !names.includes('content-length') && !names.includes('transfer-encoding')
      ? [['Content-Length', String(body.length)] as const]
      : []),
    ['Connection', 'close'],
  ]
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...[...headers, ...added].map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)])
}

/** The request with headers in place of those of their names. */
export function withHeader(request: RawRequest, ...headers: Header[]): RawRequest {
  const given = headers.map(([name]) => name.toLowerCase())
  const others = request.headers.filter(([name]) => !given.includes(name.toLowerCase()))
  return { ...request, headers: [...others, ...headers] }
}

export function addQuery(request: RawRequest, query: string): RawRequest {
  return { ...request, target: `${request.target}${request.target.includes('?') ? '&' : '?'}${query}` }
}

/** One chunk of a body whose length is not known before, and the last. */
export function chunked(...parts: Buffer[]): Buffer {
  const chunks = parts.flatMap((part) => [
    Buffer.from(`${part.length.toString(16)}\r\n`),
    part,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')])
}
