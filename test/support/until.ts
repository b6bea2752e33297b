import { setTimeout as pause } from 'node:timers/promises'

/** Asks until the answer is not undefined, and returns it. @throws with `what` after `timeoutMs` */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { timeoutMs = 30_000, everyMs = 50 } = {},
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await pause(everyMs)
  }
}
