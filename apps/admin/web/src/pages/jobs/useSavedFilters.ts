import { useLocalStorage } from '@mantine/hooks'
import { useSearchParams } from 'react-router'

interface SavedFilter {
  name: string
  /** Of the address. */
  search: string
}

/** Filters that were given a name, in this browser. */
export function useSavedFilters() {
  const [params, setParams] = useSearchParams()
  const [saved, setSaved] = useLocalStorage<SavedFilter[]>({
    key: 'jobu-saved-filters',
    defaultValue: [],
    getInitialValueInEffect: false,
  })
  const search = params.toString()
  return {
    saved,
    /** The present one has none of their names. */
    isNew: search !== '' && !saved.some((one) => one.search === search),
    isPresent: (one: SavedFilter) => one.search === search,
    apply: (one: SavedFilter) => setParams(new URLSearchParams(one.search)),
    save: (name: string) => setSaved([...saved.filter((one) => one.name !== name), { name, search }]),
    remove: (one: SavedFilter) => setSaved(saved.filter(({ name }) => name !== one.name)),
  }
}
