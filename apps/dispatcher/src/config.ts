import { type ConfigSource, loadConfig } from '@jobu/runtime'
import { z } from 'zod'

/** `config/dispatcher.yaml`, and `JOBU_DISPATCHER_<KEY>` for each key. */
export const dispatcherSchema = z.strictObject({
  /** The database of `config/database.yaml` that holds jobu's own tables. */
  database: z.string().min(1).default('default'),
  /** How often to look for due crons while notifications cannot be heard, in seconds. */
  poll_interval_seconds: z.number().int().min(1).max(3_600).default(60),
  /** The longest sleep while nothing is due and notifications are heard, in seconds. */
  max_sleep_seconds: z.number().int().min(1).max(86_400).default(300),
  /** A cron that would fire more often is refused, in seconds. */
  min_cron_interval_seconds: z.number().int().min(1).max(86_400).default(60),
  /** A slot at most this late is not a misfire and always runs, in seconds. */
  misfire_threshold_seconds: z.number().int().min(1).max(86_400).default(60),
  /** The zone of a cron that names none. */
  timezone: z.string().min(1).default('Asia/Seoul'),
  /**
   * Executions, their attempts and logs, runs of schedules, and the statistics of each cron are kept for so many days; of
   * executions whole months are dropped.
   */
  retention_days: z.number().int().min(1).max(3_650).default(90),
  /** Statistics by handler and hour are kept for so many days. */
  stats_retention_days: z.number().int().min(1).max(36_500).default(730),
  /** Samples by the minute are kept for so many days. */
  sample_retention_days: z.number().int().min(1).max(3_650).default(7),
  /** How many due crons one transaction fires. */
  batch_size: z.number().int().min(1).max(10_000).default(1_000),
  /** A port for /health, /ready and /metrics; null serves none. */
  http_port: z.number().int().min(0).max(65_535).nullable().default(null),
  /** Where that port is opened; the metrics ask nobody for credentials. */
  http_host: z.string().min(1).default('127.0.0.1'),
})

export type DispatcherConfig = Readonly<z.output<typeof dispatcherSchema>>

/** @throws ConfigError naming the file, the path and what was expected */
export function loadDispatcherConfig(source?: ConfigSource): DispatcherConfig {
  return loadConfig('dispatcher', dispatcherSchema, source)
}
