import { type Draw, pick } from './draw.ts'
import { FAULTS } from './faults.ts'
import { type Operation, type Schema, takesBody } from './operations.ts'
import { addQuery, bytesOf, type RawRequest } from './rawRequest.ts'

export interface HostileRequest {
  /** What is wrong with it. */
  fault: string
  bytes: Buffer
  /** It carries no valid credentials. */
  isAnonymous: boolean
  /** False: nothing is wrong with it but its headers, and it only reads. */
  mustBeRefused: boolean
}

export interface Target {
  operation: Operation
  /** All of the document: a wrong method must not be another operation's. */
  operations: readonly Operation[]
  token: string
  /** The most that a body may have, in bytes. */
  bodyLimit: number
  /** Whether a value is what the document's schema says. */
  isValid(schema: Schema, value: unknown): boolean
  resolve(schema: Schema): Schema
}

/** Ids of the rows that the test has made, and one that nothing has. */
const IDS = ['1', '2', '3', '999999']

/**
 * A request to an operation that would be accepted, but for one fault. The same draw makes the same request.
 *
 * Every fault is one that has to be refused, so nothing that is sent may change anything; those that only read may be
 * answered.
 */
export function hostileRequest(target: Target, draw: Draw): HostileRequest {
  const { operation } = target
  const applicable = Object.entries(FAULTS)
  for (let attempt = 0; ; attempt++) {
    const [fault, apply] = pick(draw, applicable)
    const made = apply(target, draw, acceptable(target, draw))
    if (!made && attempt < 100) continue
    if (!made) throw new Error(`no fault can be made for ${operation.id}`)
    const isAnonymous = !made.headers.some(([name, value]) => isToken(name, value, target.token))
    return { fault, bytes: bytesOf(made), isAnonymous, mustBeRefused: fault !== 'headers' || isAnonymous }
  }
}

const isToken = (name: string, value: string, token: string) =>
  name.toLowerCase() === 'authorization' && value === `Bearer ${token}`

/** What the operation would take: its path and required query with values, the example of its body, the token. */
function acceptable({ operation, token }: Target, draw: Draw): RawRequest {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name)
    const isId = (parameter?.schema as Schema | undefined)?.type === 'integer'
    return isId ? pick(draw, IDS) : encodeURIComponent(String(parameter?.example ?? 'echo'))
  })
  const required = operation.parameters.filter((one) => one.in === 'query' && one.required)
  const hasBody = takesBody(operation)
  const request: RawRequest = {
    method: operation.method,
    target: `${pick(draw, ['/api/v1', '/api'])}${path}`,
    headers: [
      ['Authorization', `Bearer ${token}`],
      ...(hasBody ? [['Content-Type', 'application/json'] as const] : []),
    ],
    ...(hasBody ? { body: Buffer.from(JSON.stringify(operation.body?.example ?? {})) } : {}),
  }
  return required.reduce(
    (made, { name, example }) => addQuery(made, `${name}=${encodeURIComponent(String(example ?? 1))}`),
    request,
  )
}
