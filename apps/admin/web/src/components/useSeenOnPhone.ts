import { useEffect, useRef } from 'react'
import { useNarrowerThan } from './useNarrowerThan.ts'

/** The `ref` of what opens beside something: where there is no room beside, it opens below, and is scrolled to. */
export function useSeenOnPhone<Element extends HTMLElement>() {
  const element = useRef<Element>(null)
  const isNarrow = useNarrowerThan('md')
  useEffect(() => {
    if (isNarrow) element.current?.scrollIntoView({ behavior: 'smooth', block: 'start' })
  }, [])
  return element
}
