import { HandlerFailure } from './errors.ts'

/** What the server said of a statement, with its SQLSTATE. */
export function sqlFailure(error: unknown): HandlerFailure {
  const { message, code, detail } = error as Error & { code?: string; detail?: string }
  const text = `${message}${code ? ` (SQLSTATE ${code})` : ''}${detail ? `: ${detail}` : ''}`
  return new HandlerFailure('SQL_FAILED', text, { cause: error })
}
