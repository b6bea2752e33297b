import { setTimeout as pause } from 'node:timers/promises'

type Falsy = undefined | null | false | '' | 0

/**
 * The first answer of `ask` that is truthy. For what another process does and nothing tells of, such as a row's change;
 * the bound is there to fail with a name, not to be waited for, and no machine is slow enough to reach it.
 *
 * @throws with `what` after `timeoutMs`
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | Falsy> | T | Falsy,
  timeoutMs = 90_000,
): Promise<T> {
  for (const deadline = performance.now() + timeoutMs; ; await pause(15)) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
  }
}
