export interface HeatColor {
  /** Of Mantine's palette; null where nothing is. */
  color: string | null
  /** 0 to 1: how much of it. */
  level: number
}

/** The least that is seen beside an empty place. */
const FAINTEST = 0.28

/** The colour of a place as CSS, fainter where there is less. */
export function heatFill({ color, level }: HeatColor): string | undefined {
  if (!color) return undefined
  const share = Math.round((FAINTEST + (1 - FAINTEST) * Math.min(1, Math.max(0, level))) * 100)
  return `color-mix(in srgb, var(--mantine-color-${color}-6) ${share}%, var(--mantine-color-body))`
}
