import { ConfigError } from './configError.ts'
import { maskUrls } from './sanitize.ts'

type CodedError = Error & {
  code?: unknown
  address?: string
  port?: number
  hostname?: string
  syscall?: string
  path?: string
}

/** What each code means to the person who started the service, by Node's error code or PostgreSQL's SQLSTATE. */
const MEANING: Record<string, (error: CodedError, place: string) => string> = {
  EADDRINUSE: (_, place) => `${place} is in use by another program; stop it or choose another port`,
  EADDRNOTAVAIL: (_, place) => `${place} is not an address of this machine`,
  EACCES: (error, place) =>
    error.syscall === 'listen'
      ? `not allowed to listen on ${place}; choose a port above 1023`
      : error.message,
  ECONNREFUSED: (_, place) => `nothing listens on ${place}; is the database running there?`,
  ENOTFOUND: (error) => `host ${error.hostname} is unknown`,
  EAI_AGAIN: (error) => `host ${error.hostname} cannot be looked up now`,
  ETIMEDOUT: (_, place) => `${place} does not answer`,
  EHOSTUNREACH: (_, place) => `${place} cannot be reached`,
  ECONNRESET: () => 'the connection was closed by the other side',
  '28P01': (error) => `the database refused the user name or password (${error.message})`,
  '28000': (error) => `the database refused the user (${error.message})`,
  '3D000': (error) => `the database does not exist (${error.message})`,
  '42501': (error) => `the database user lacks a right (${error.message})`,
  '53300': (error) => `the database has no connection left (${error.message})`,
  '57P03': (error) => `the database is not ready for connections (${error.message})`,
}

/**
 * One line for the person who started a service on why it cannot start, without credentials.
 *
 * @returns `expected`: whether the error is one of the outside world's, so that its stack would tell nothing more
 */
export function describeFailure(thrown: unknown): { text: string; expected: boolean } {
  const chain = causes(thrown)
  const known = chain.find((error) => error instanceof ConfigError || MEANING[String(error.code)])
  const error = known ?? chain.find((cause) => typeof cause.code === 'string') ?? chain[0]
  if (!error) return { text: oneLine(String(thrown)), expected: false }
  const meaning = error instanceof ConfigError ? undefined : MEANING[String(error.code)]
  return {
    text: oneLine(meaning?.(error, placeOf(error)) ?? error.message),
    expected: typeof error.code === 'string',
  }
}

/** The address a system call was about, as in `127.0.0.1:5432`. */
function placeOf({ address, port, path }: CodedError): string {
  if (port === undefined) return path ?? 'the server'
  return address === undefined || address === '::' || address === '0.0.0.0'
    ? `port ${port}`
    : `${address}:${port}`
}

/** The error and what caused it, outermost first; several at once (an AggregateError) count as causes. */
function causes(thrown: unknown): CodedError[] {
  const chain: CodedError[] = []
  const queue = [thrown]
  while (queue.length > 0) {
    const error = queue.shift()
    if (!(error instanceof Error) || chain.includes(error)) continue
    chain.push(error)
    queue.push(error.cause, ...(error instanceof AggregateError ? error.errors : []))
  }
  return chain
}

const oneLine = (text: string) => maskUrls(text).replace(/\s*\n\s*/g, ' ')
