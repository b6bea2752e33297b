import type { ExpressionContext } from '../../src/index.ts'

/** What expressions of the tests are evaluated with. */
export function aContext(given: Partial<ExpressionContext> = {}): ExpressionContext {
  return {
    tasks: {
      extract: {
        status: 'SUCCESS',
        result: {
          rows: 5,
          share: 2.5,
          list: [1, 2, 3],
          names: ['x', 'y'],
          nothing: null,
          path: '/data/in.csv',
          long: Array.from({ length: 10_000 }, (_, at) => at),
          text: `${'a'.repeat(100_000)}!`,
          pattern: '(a|b)*'.repeat(20),
        },
      },
      'load-a': { status: 'SKIPPED', result: null },
    },
    run: { id: 7, scheduled_time: '2026-03-01T17:00:00Z', params: { x: 1 } },
    item: 3,
    index: 1,
    ...given,
  }
}
