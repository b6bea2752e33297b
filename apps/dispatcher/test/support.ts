import type { Logger } from '@jobu/runtime'
import { type DispatcherConfig, dispatcherSchema } from '../src/index.ts'

export const aConfig = (config: Partial<DispatcherConfig> = {}): DispatcherConfig =>
  dispatcherSchema.parse(config)

/** Keeps what is logged as `level message`. */
export function aLogger(): { logger: Logger; logged: string[] } {
  const logged: string[] = []
  const log = (level: string) => (message: string) => void logged.push(`${level} ${message}`)
  const logger = { info: log('info'), warn: log('warn'), error: log('error') }
  return { logger: logger as unknown as Logger, logged }
}

/** An expression whose own next run is months away: a cron with it fires only when the test says so. */
export const YEARLY = '0 0 1 1 *'
