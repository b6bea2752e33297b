import winston from 'winston'
import { ConfigError } from './configError.ts'
import { sanitize } from './sanitize.ts'

export type Logger = winston.Logger

const LEVELS = Object.keys(winston.config.npm.levels)

/**
 * A service's logger: one line a record on stdout, a fixed phrase as message and fields as metadata:
 * `logger.info('execution completed', { executionId, attempt })`, `logger.error('claim failed', { error })`.
 *
 * `JOBU_LOG_FORMAT`: `text` (default; an error's stack follows on lines of its own) or `json`.
 * `JOBU_LOG_LEVEL`: `error`, `warn`, `info` (default), `debug` and winston's others, or `silent`.
 *
 * @throws ConfigError when either variable has another value
 */
export function createLogger(service: string, env: Record<string, string | undefined> = process.env): Logger {
  const level = env.JOBU_LOG_LEVEL || 'info'
  const format = env.JOBU_LOG_FORMAT || 'text'
  const faults: string[] = []
  if (level !== 'silent' && !LEVELS.includes(level)) {
    faults.push(`environment: JOBU_LOG_LEVEL: expected one of ${LEVELS.join(', ')}, silent, got "${level}"`)
  }
  if (format !== 'text' && format !== 'json') {
    faults.push(`environment: JOBU_LOG_FORMAT: expected text or json, got "${format}"`)
  }
  if (faults.length > 0) throw new ConfigError(faults)

  return winston.createLogger({
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    format: winston.format.printf(
      format === 'json' ? (info) => asJson(service, info) : (info) => asText(service, info),
    ),
    transports: [new winston.transports.Console()],
  })
}

type Info = winston.Logform.TransformableInfo

function asJson(service: string, { level, message, ...fields }: Info): string {
  return JSON.stringify({
    timestamp: new Date(),
    level,
    service,
    message: sanitize(message),
    ...(sanitize(fields) as object),
  })
}

function asText(service: string, { level, message, ...fields }: Info): string {
  let line = `${new Date().toISOString()} ${level.padEnd(5)} ${service}: ${sanitize(message)}`
  let stacks = ''
  for (const [key, value] of Object.entries(sanitize(fields) as object)) {
    if (value === undefined) continue
    const stack = fields[key] instanceof Error ? value.stack : undefined
    if (stack) stacks += `\n${stack}${causeStacks(value.cause)}`
    line += ` ${key}=${asWord(stack ? value.message : value)}`
  }
  return line + stacks
}

/** The stacks of an error's causes, outermost first. */
function causeStacks(cause: { stack?: string; cause?: unknown } | undefined): string {
  return cause?.stack ? `\nCaused by: ${cause.stack}${causeStacks(cause.cause as typeof cause)}` : ''
}

/** Bare where it is one word, JSON otherwise, so that a value never breaks the line or runs into the next field. */
const asWord = (value: unknown) =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
