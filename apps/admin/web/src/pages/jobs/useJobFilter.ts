import { useMemo } from 'react'
import type { Schemas } from '../../api/client.ts'
import { STATUSES, type Status } from '../../components/status.ts'
import { useFilters } from '../../components/useFilters.ts'

type Source = Schemas['Job']['param_source']
export type JobFilter = Schemas['JobFilter']

export const SOURCES = ['cron', 'api', 'schedule', 'event'] as const satisfies Source[]
/** Time spans up to now, by how the address names them, in milliseconds. */
export const SPANS = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const
export type Span = keyof typeof SPANS

const MINUTE = 60_000
/** What of the address is a filter; the order is not. */
const FIELDS = ['status', 'cron', 'handler', 'queue', 'source', 'priority', 'from', 'to', 'last', 'q']

const isSpan = (text: string | undefined): text is Span => text !== undefined && text in SPANS
const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text))

/** The filter of the jobs page, in the address, and as the API takes it. */
export function useJobFilter() {
  const { get, all, set } = useFilters()
  const statuses = all('status').filter((one): one is Status => STATUSES.includes(one as Status))
  const sources = all('source').filter((one): one is Source => SOURCES.includes(one as Source))
  const last = get('last')
  const span = isSpan(last) ? last : undefined
  // Of when it was chosen: a beginning that moves would be another list each minute.
  const spanFrom = useMemo(
    () => span && new Date(Math.floor((Date.now() - SPANS[span]) / MINUTE) * MINUTE).toISOString(),
    [span],
  )
  const filter: JobFilter = Object.fromEntries(
    Object.entries({
      status: statuses.length > 0 ? statuses : undefined,
      cron_id: numberOf(get('cron')),
      handler_name: get('handler'),
      queue: get('queue'),
      param_source: sources.length > 0 ? sources : undefined,
      priority: numberOf(get('priority')),
      from_date: spanFrom ?? get('from'),
      to_date: span ? undefined : get('to'),
      q: get('q'),
    }).filter(([, value]) => value !== undefined),
  )
  return {
    filter,
    isEmpty: Object.keys(filter).length === 0,
    statuses,
    sources,
    span,
    get,
    set,
    clear: () => set(Object.fromEntries(FIELDS.map((name) => [name, null]))),
    order: get('sort') ?? '-scheduled_time',
    setOrder: (order: string) => set({ sort: order === '-scheduled_time' ? null : order }),
  }
}
export type JobFilterState = ReturnType<typeof useJobFilter>
