import { useFilters } from './useFilters.ts'

/** The cron and the handler that a page is narrowed to, in the address, and as the API takes them. */
export function useScope() {
  const { get, set } = useFilters()
  const cronId = Number(get('cron_id')) || undefined
  const handler = get('handler_name')
  return {
    cronId,
    handler,
    query: { ...(cronId ? { cron_id: cronId } : {}), ...(handler ? { handler_name: handler } : {}) },
    isSet: cronId !== undefined || handler !== undefined,
    setCron: (id: number | null) => set({ cron_id: id === null ? null : String(id) }),
    setHandler: (name: string | null) => set({ handler_name: name }),
  }
}
