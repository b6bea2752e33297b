import { useEffect } from 'react'
import { useLocation } from 'react-router'

/** Scrolls to the part of the page that the address names by `#id`, once it is there. */
export function useHashTarget(isThere: boolean): void {
  const { hash } = useLocation()
  useEffect(() => {
    if (isThere && hash) document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView()
  }, [hash, isThere])
}
