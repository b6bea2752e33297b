/**
 * Why Airflow did not do what it was asked.
 *
 *   AWAY:      not reached, or an error of its own (5xx, 429): trying again later is right
 *   DENIED:    401 or 403: somebody must correct the credentials or the rights
 *   NOT_FOUND, CONFLICT, REFUSED: its word on this one request (404, 409, any other 4xx)
 *   MALFORMED: no answer of Airflow's: another server, a proxy's page, or one that is too long
 */
export type AirflowFailure = 'AWAY' | 'DENIED' | 'NOT_FOUND' | 'CONFLICT' | 'REFUSED' | 'MALFORMED'

export class AirflowError extends Error {
  readonly kind: AirflowFailure
  readonly status: number | null

  constructor(kind: AirflowFailure, message: string, status: number | null = null, cause?: unknown) {
    super(message, { cause })
    this.name = 'AirflowError'
    this.kind = kind
    this.status = status
  }
}

export const failedAs = (error: unknown, kind: AirflowFailure): boolean =>
  error instanceof AirflowError && error.kind === kind
