import type { Schemas } from '../../api/client.ts'
import type { useFilters } from '../../components/useFilters.ts'

type CronFilter = Schemas['CronFilter']
type LastStatus = 'PENDING' | 'RUNNING' | 'FAILED' | 'TIMEOUT'
/** By which crons can be found. */
export const LAST_STATUSES: LastStatus[] = ['FAILED', 'TIMEOUT', 'RUNNING', 'PENDING']

export const NO_FILTER = {
  q: null,
  tag: null,
  owner: null,
  handler_name: null,
  is_enabled: null,
  last_status: null,
}

/** The filter of an address, as admin takes it; what is not in it is left out. */
export function cronFilterOf({ get, all }: ReturnType<typeof useFilters>): CronFilter {
  const statuses = all('last_status').filter((one): one is LastStatus =>
    LAST_STATUSES.includes(one as LastStatus),
  )
  const isEnabled = { true: true, false: false }[get('is_enabled') ?? '']
  const filter = {
    q: get('q'),
    tag: all('tag').length > 0 ? all('tag') : undefined,
    owner: get('owner'),
    handler_name: get('handler_name'),
    is_enabled: isEnabled,
    last_status: statuses.length > 0 ? statuses : undefined,
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}
