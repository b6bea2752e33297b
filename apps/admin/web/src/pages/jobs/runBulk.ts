import { fetchClient, type Schemas } from '../../api/client.ts'
import type { JobFilter } from './useJobFilter.ts'

export type BulkVerb = 'retry' | 'cancel' | 'delete'
/** What it is done to: the ids given, those that match, or every execution. */
export type BulkTarget = { ids: number[] } | { filter: JobFilter } | { all: true }

export interface Counts {
  matched: number
  /** By this run so far; skipped are those in a status that it cannot be done to. */
  changed: number
  skipped: number
  remaining: number
  isExact: boolean
}

/** So many ids go into one request. */
const MOST_IDS = 10_000
const NONE: Counts = { matched: 0, changed: 0, skipped: 0, remaining: 0, isExact: true }

async function send(verb: BulkVerb, body: Schemas['BulkAction'], signal?: AbortSignal): Promise<Counts> {
  const { data } = await fetchClient.POST(`/jobs/bulk/${verb}` as '/jobs/bulk/retry', {
    body,
    ...(signal && { signal }),
  })
  const { matched, changed, skipped, remaining, is_exact } = data!
  return { matched, changed, skipped, remaining, isExact: is_exact }
}

/** The target in parts that one request can name. */
function partsOf(target: BulkTarget): BulkTarget[] {
  if (!('ids' in target)) return [target]
  const { ids } = target
  return Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, part) => ({
    ids: ids.slice(part * MOST_IDS, (part + 1) * MOST_IDS),
  }))
}

const plus = (a: Counts, b: Counts): Counts => ({
  matched: a.matched + b.matched,
  changed: a.changed + b.changed,
  skipped: a.skipped + b.skipped,
  remaining: a.remaining + b.remaining,
  isExact: a.isExact && b.isExact,
})

/** How many it would be: `remaining` of them changed, `skipped` left alone. */
export async function countBulk(verb: BulkVerb, target: BulkTarget, signal: AbortSignal): Promise<Counts> {
  const counts = await Promise.all(
    partsOf(target).map((part) => send(verb, { ...part, dry_run: true }, signal)),
  )
  return counts.reduce(plus, NONE)
}

/**
 * Does it to all, request after request while some remain: each works for a limited time.
 *
 * @param onChanged  how many it was so far
 */
export async function runBulk(
  verb: BulkVerb,
  target: BulkTarget,
  signal: AbortSignal | undefined,
  onChanged: (changed: number) => void,
): Promise<number> {
  let changed = 0
  for (const part of partsOf(target)) {
    // What fails again meanwhile matches again: it ends with as many as there were.
    for (let left = Number.POSITIVE_INFINITY; left > 0; ) {
      const done = await send(verb, part, signal)
      changed += done.changed
      onChanged(changed)
      left = done.changed === 0 ? 0 : Math.min(left - done.changed, done.remaining)
    }
  }
  return changed
}
