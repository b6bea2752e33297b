import { JobuError } from '@jobu/db'

/** A refusal that says when to come again. */
export class TooManyRequests extends JobuError {
  constructor(
    message: string,
    /** For `Retry-After`. */
    readonly retryAfterSeconds: number,
  ) {
    super('TOO_MANY_REQUESTS', message)
  }
}
