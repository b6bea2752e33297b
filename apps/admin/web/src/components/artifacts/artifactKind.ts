/** How a file is shown before it is downloaded; null: not at all. */
export type PreviewKind = 'image' | 'table' | 'json' | 'text'

/** As the server shows them in place: pictures that hold no code. */
const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const TEXTS = /^(text\/|application\/(x-ndjson|xml|yaml|x-yaml|javascript|sql|x-sh|toml)$)/
/** A larger picture is downloaded instead. */
const MAX_IMAGE_BYTES = 20_000_000

export function previewKind(contentType: string, bytes: number): PreviewKind | null {
  const type = contentType.replace(/;.*$/s, '').trim().toLowerCase()
  if (IMAGES.includes(type)) return bytes <= MAX_IMAGE_BYTES ? 'image' : null
  if (type === 'text/csv' || type === 'text/tab-separated-values') return 'table'
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  return TEXTS.test(type) || type.endsWith('+xml') ? 'text' : null
}

/** @param isInline  to be shown where that is safe, not saved */
export const contentPath = (id: number, isInline = false) =>
  `/api/v1/artifacts/${id}/content${isInline ? '?inline=1' : ''}`

const UNITS = ['B', 'kB', 'MB', 'GB']

/** `820 B`, `4.2 kB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}
