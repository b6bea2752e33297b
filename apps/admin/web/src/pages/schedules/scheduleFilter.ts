import type { useFilters } from '../../components/useFilters.ts'

export const FREQUENCIES = ['cron', 'once', 'hourly', 'daily', 'weekly', 'monthly', 'none'] as const
export const STATES = ['ACTIVE', 'PAUSED', 'COMPLETED'] as const
/** Of its last run. */
export const LAST_STATUSES = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED'] as const

export const NO_FILTER = {
  title: null,
  owner: null,
  tag: null,
  frequency: null,
  status: null,
  engine: null,
  page: null,
}

/** The filter of an address, as admin takes it; what is not in it, or nothing it knows, is left out. */
export function scheduleFilterOf({ get }: ReturnType<typeof useFilters>): Record<string, string> {
  const known = (name: string, values: readonly string[]) => values.find((one) => one === get(name))
  const filter = {
    title: get('title'),
    owner: get('owner'),
    tag: get('tag'),
    frequency: known('frequency', FREQUENCIES),
    status: known('status', [...STATES, ...LAST_STATUSES]),
    engine: known('engine', ['jobu', 'airflow']),
  }
  return Object.fromEntries(
    Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
