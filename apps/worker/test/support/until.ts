import { setTimeout as pause } from 'node:timers/promises'

/**
 * The first value of `probe` that is truthy. For what another process does and nothing tells of, such as a row's
 * change; the bound is there to fail with a name, not to be waited for.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeoutMs = 15_000,
): Promise<T> {
  for (const deadline = performance.now() + timeoutMs; ; await pause(15)) {
    const value = await probe()
    if (value) return value
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
  }
}
