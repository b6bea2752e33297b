import { jest } from '@jest/globals'

/** Runs something during which no time passes by the clock of budgets and caches, however slow the machine. */
export async function inNoTime<T>(run: () => PromiseLike<T>): Promise<T> {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now())
  try {
    return await run()
  } finally {
    clock.mockRestore()
  }
}
