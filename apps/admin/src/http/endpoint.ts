import type { ErrorCode, Role } from '@jobu/db'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { Actor } from './actor.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What a request says, parsed. */
export interface Input<P, Q, B> {
  params: P
  query: Q
  body: B
  /** Who asks; only a public endpoint may be called by nobody, and does not read it. */
  actor: Actor
  request: Request
}

/** An answer that is more than its value: another status than the endpoint's first, or headers. */
export class Reply<T> {
  readonly value: T
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Path of what was created, below the API's prefix. */
  readonly location: string | undefined

  constructor(
    value: T,
    more: { status?: number; headers?: Record<string, string | readonly string[]>; location?: string } = {},
  ) {
    this.value = value
    this.status = more.status
    this.headers = more.headers ?? {}
    this.location = more.location
  }
}

/** One operation of the API: what is mounted, and what the OpenAPI document says of it, from the same schemas. */
export interface Endpoint {
  /** The name that generated clients call it by; default: made from the method and the path. */
  id?: string
  method: Method
  /** Below the prefix, in Express' form: `/crons/:id`. */
  path: string
  tag: string
  /** The least role that may call it; null: anybody, without credentials. */
  role: Role | null
  summary: string
  description?: string
  deprecated?: boolean
  /** Defaults to an id where the path has `:id`. */
  params?: z.ZodObject
  query?: z.ZodType
  body?: z.ZodType
  /** `run` gets the body as it was sent: its service checks that, with more than the schema knows, and says all faults at once. */
  isBodyUnchecked?: boolean
  /** The status of success; default 200. */
  status?: number
  /** What it answers then; left out: nothing (204). */
  answer?: z.ZodType
  /** Other successes with the same body, and what each means. */
  otherStatuses?: Record<number, string>
  /** Headers of the answer beside those that every answer has, and what each says. */
  headers?: Record<string, string>
  /** What it refuses beyond VALIDATION_FAILED and what access refuses. */
  errors?: readonly ErrorCode[]
  run?(input: Input<never, never, never>): Promise<unknown>
  /** Answers as a stream where the client accepts `streamType`, or where there is no `run`. */
  stream?(input: Input<never, never, never>, response: Response): Promise<void>
  /** Default `text/event-stream`. */
  streamType?: string
}

type Out<S, Default> = S extends z.ZodType ? z.output<S> : Default
type Definition<P, Q, B, A> = Omit<Endpoint, 'params' | 'query' | 'body' | 'answer' | 'run' | 'stream'> & {
  params?: P
  query?: Q
  body?: B
  answer?: A
  run?(
    input: Input<Out<P, { id: number }>, Out<Q, undefined>, Out<B, undefined>>,
  ): Promise<A extends z.ZodType ? z.input<A> | Reply<z.input<A>> : unknown>
  stream?(
    input: Input<Out<P, { id: number }>, Out<Q, undefined>, Out<B, undefined>>,
    response: Response,
  ): Promise<void>
}

/** Checks that an operation answers what its schema says; one without a schema answers nothing. */
export function endpoint<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(definition: Definition<P, Q, B, A>): Endpoint {
  return definition as unknown as Endpoint
}
