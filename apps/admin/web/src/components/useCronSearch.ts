import { useDebouncedValue } from '@mantine/hooks'
import { api } from '../api/client.ts'

const FOUND = 50
const SETTLE_MS = 200

/** Crons by a part of their name, once typing paused. @param own  what the field says of itself: no search */
export function useCronSearch(typed: string, own: Array<string | undefined>, isEnabled = true) {
  const [text] = useDebouncedValue(typed.trim(), SETTLE_MS)
  const q = own.includes(text) ? '' : text
  const { data, error, isFetching } = api.useQuery(
    'get',
    '/crons',
    { params: { query: { size: FOUND, order_by: 'name', fields: ['id', 'name'], ...(q ? { q } : {}) } } },
    { enabled: isEnabled },
  )
  const found = (data?.items ?? []).map(({ id, name = '' }) => ({ value: String(id), label: name }))
  return { found, error, isFetching }
}
