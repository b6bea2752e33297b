import { formatDuration } from '../../time/format.ts'

const TENTHS_BELOW_MS = 10_000

/** A duration that moves each second: never in parts of one. */
export function formatSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  return ms < TENTHS_BELOW_MS ? `${seconds}s` : formatDuration(seconds * 1_000)
}
