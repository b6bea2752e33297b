/**
 * What a cron is where its file says nothing, in the order in which a file shows the fields. `timezone` and
 * `is_enabled` have no value here: the first comes from the server's configuration, and the second may be somebody's
 * decision of the moment. What a file leaves out of them stays as it is.
 */
export const FIELD_DEFAULTS = {
  description: null,
  cron_expression: undefined,
  timezone: undefined,
  day_match: 'or',
  handler_name: undefined,
  handler_params: {},
  is_enabled: undefined,
  overlap_policy: 'skip',
  max_retry: 0,
  retry_delay_seconds: 10,
  retry_backoff: 'exponential',
  timeout_seconds: null,
  priority: 0,
  queue: 'default',
  misfire_policy: 'fire_once',
  misfire_limit: 100,
  misfire_grace_seconds: 86_400,
  start_at: null,
  end_at: null,
  jitter_seconds: 0,
  max_runs: null,
  pause_after_failures: null,
  tags: [],
  owner: null,
} as const satisfies Record<string, unknown>

export const CRON_FIELDS = Object.keys(FIELD_DEFAULTS) as (keyof typeof FIELD_DEFAULTS)[]

/** Every key that an entry of a file may have. */
export const ENTRY_KEYS: readonly string[] = ['name', ...CRON_FIELDS, 'allow_overlap']

/** The whole cron that an entry stands for, as a body of the API. */
export function wholeCron(entry: Record<string, unknown>): Record<string, unknown> {
  const { allow_overlap: allowOverlap, ...body } = entry
  const isBoth = allowOverlap !== undefined && body.overlap_policy !== undefined
  const overlap =
    typeof allowOverlap === 'boolean' && !isBoth
      ? { overlap_policy: allowOverlap ? 'allow' : 'skip' }
      : allowOverlap === undefined
        ? {}
        : { allow_overlap: allowOverlap }
  const whole: Record<string, unknown> = { ...FIELD_DEFAULTS, ...overlap, ...body }
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined))
}
