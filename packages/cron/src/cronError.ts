const FIELD = {
  CRON_EXPRESSION_INVALID: 'cron_expression',
  CRON_TIMEZONE_INVALID: 'timezone',
  CRON_NEVER_FIRES: 'cron_expression',
  CRON_INTERVAL_TOO_SHORT: 'cron_expression',
} as const

const PROBLEM = {
  CRON_EXPRESSION_INVALID: 'Invalid cron expression',
  CRON_TIMEZONE_INVALID: 'Unknown time zone',
  CRON_NEVER_FIRES: 'This cron expression never fires:',
  CRON_INTERVAL_TOO_SHORT: 'This cron expression fires too often:',
} as const

/** A refused expression or zone; the message says what to write instead. */
export class CronError extends Error {
  readonly field: 'cron_expression' | 'timezone'
  /** What was given, cut after 255 characters: it ends in logs and answers. */
  readonly received: string

  /** @param expected  completes the sentence "expected ..." */
  constructor(
    readonly code: keyof typeof FIELD,
    received: unknown,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    const text = String(received ?? '')
    const shown = text.length > 255 ? `${text.slice(0, 255)}...` : text
    super(`${PROBLEM[code]} "${shown}", expected ${expected}`, options)
    this.name = 'CronError'
    this.field = FIELD[code]
    this.received = shown
  }
}
