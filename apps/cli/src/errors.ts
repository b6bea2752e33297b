import type { ErrorDetail } from './api/types.ts'

/** What a process ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const

/** An end that was to be expected: a message, lines below it, an exit code. */
export class CliError extends Error {
  override readonly name: string = 'CliError'

  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
    readonly lines: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The API refused a request. */
export class ApiError extends CliError {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
  ) {
    // A single fault is often the message itself.
    const further = details.filter((detail) => !message.includes(detail.message))
    super(`${message} (${status} ${code})`, EXIT.failed, further.map(detailLine))
  }
}

export const usageError = (message: string): CliError => new CliError(message, EXIT.usage)

function detailLine({ field, message, received }: ErrorDetail): string {
  const what = received === undefined ? '' : `; it was ${JSON.stringify(received)}`
  return `${field || 'request'}: ${message}${what}`
}
