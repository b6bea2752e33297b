import type { Batch } from './cursor.ts'

/** One JSON array with a row a line. The rows come as JSON from the server, which loses no digit of a number. */
export async function* jsonOf(batches: AsyncIterable<Batch>): AsyncGenerator<string> {
  let before = '[\n'
  for await (const { rows } of batches) {
    if (rows.length === 0) continue
    yield before + rows.map(([json]) => json).join(',\n')
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}
