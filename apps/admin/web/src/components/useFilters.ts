import { useSearchParams } from 'react-router'

/** What a filter may hold: a text, or several. */
type Value = string | string[] | null | undefined

/**
 * Filters that live in the address, so that a link shares them and Back returns to them.
 *
 * `get` gives one value, `all` those of a field that was given several times, `set` changes some and leaves the others.
 */
export function useFilters() {
  const [params, setParams] = useSearchParams()
  const set = (changes: Record<string, Value>) => {
    // From the address itself: what this was rendered with may be a change behind, which then would be lost.
    const next = new URLSearchParams(location.search)
    for (const [name, value] of Object.entries(changes)) {
      next.delete(name)
      for (const one of [value ?? []].flat()) if (one !== '') next.append(name, one)
    }
    setParams(next, { replace: true })
  }
  return {
    get: (name: string) => params.get(name) ?? undefined,
    all: (name: string) => params.getAll(name),
    set,
    clear: () => setParams({}, { replace: true }),
    isEmpty: params.size === 0,
  }
}
