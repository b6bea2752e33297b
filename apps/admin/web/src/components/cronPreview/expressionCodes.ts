/** What a schedule is refused for; each has its words in `cronForm:expressionError`. */
const CODES = [
  'CRON_EXPRESSION_INVALID',
  'CRON_NEVER_FIRES',
  'CRON_INTERVAL_TOO_SHORT',
  'CRON_TIMEZONE_INVALID',
] as const

export const isExpressionCode = (code: string): code is (typeof CODES)[number] =>
  (CODES as readonly string[]).includes(code)
