import type { Schemas } from '../../api/client.ts'
import { sameJson } from '../../components/params/sameJson.ts'

type Cron = Schemas['Cron']

/** What the form holds: a cron's fields, where nothing stands as an empty text. */
export type CronValues = Pick<
  Cron,
  | 'name'
  | 'cron_expression'
  | 'timezone'
  | 'day_match'
  | 'handler_name'
  | 'handler_params'
  | 'is_enabled'
  | 'overlap_policy'
  | 'max_retry'
  | 'retry_delay_seconds'
  | 'retry_backoff'
  | 'priority'
  | 'queue'
  | 'misfire_policy'
  | 'misfire_limit'
  | 'misfire_grace_seconds'
  | 'start_at'
  | 'end_at'
  | 'jitter_seconds'
  | 'tags'
> & {
  description: string
  owner: string
  timeout_seconds: number | ''
  max_runs: number | ''
  pause_after_failures: number | ''
}

/** As the API makes a cron of which nothing more is said. */
export const BLANK: CronValues = {
  name: '',
  description: '',
  cron_expression: '',
  timezone: 'Asia/Seoul',
  day_match: 'or',
  handler_name: '',
  handler_params: {},
  is_enabled: true,
  overlap_policy: 'skip',
  max_retry: 0,
  retry_delay_seconds: 10,
  retry_backoff: 'exponential',
  timeout_seconds: '',
  priority: 0,
  queue: 'default',
  misfire_policy: 'fire_once',
  misfire_limit: 100,
  misfire_grace_seconds: 86_400,
  start_at: null,
  end_at: null,
  jitter_seconds: 0,
  max_runs: '',
  pause_after_failures: '',
  tags: [],
  owner: '',
}

export const FIELDS = Object.keys(BLANK) as Array<keyof CronValues>

/** A cron as the form holds it. */
export function valuesOf(cron: Cron): CronValues {
  return Object.fromEntries(
    FIELDS.map((field) => [field, cron[field] ?? BLANK[field]]),
  ) as unknown as CronValues
}

/** What the API is told. */
export function bodyOf(values: CronValues): Schemas['CronCreate'] {
  const { description, owner, timeout_seconds, max_runs, pause_after_failures, ...rest } = values
  return {
    ...rest,
    description: description.trim() === '' ? null : description,
    owner: owner.trim() === '' ? null : owner,
    timeout_seconds: timeout_seconds === '' ? null : timeout_seconds,
    max_runs: max_runs === '' ? null : max_runs,
    pause_after_failures: pause_after_failures === '' ? null : pause_after_failures,
  }
}

/** Of the body, what differs from the cron as it was read: what somebody else changes meanwhile stays theirs. */
export function changesOf(values: CronValues, before: CronValues): Partial<Schemas['CronCreate']> {
  const [body, old] = [bodyOf(values), bodyOf(before)]
  return Object.fromEntries(
    Object.entries(body).filter(([field, value]) => !sameJson(value, old[field as keyof typeof old])),
  )
}
