interface Sample {
  at: string
  ready: number | null
  running: number | null
  oldest_ready_ms: number | null
}

/** The highest of each stretch of time, so that a short queue between two places is not lost; null where none is known. */
export function highestOf(samples: readonly Sample[], lengthMs: number): Sample[] {
  const places = new Map<number, Sample>()
  for (const sample of samples) {
    const begin = Math.floor(Date.parse(sample.at) / lengthMs) * lengthMs
    const place = places.get(begin)
    places.set(begin, {
      at: new Date(begin).toISOString(),
      ready: higher(place?.ready, sample.ready),
      running: higher(place?.running, sample.running),
      oldest_ready_ms: higher(place?.oldest_ready_ms, sample.oldest_ready_ms),
    })
  }
  return [...places.values()]
}

function higher(a: number | null | undefined, b: number | null): number | null {
  if (a === null || a === undefined) return b
  return b === null ? a : Math.max(a, b)
}
