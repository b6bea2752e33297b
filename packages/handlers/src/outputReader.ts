import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

const MAX_LINE_CHARS = 8 * 1024
const TAIL_BYTES = 16 * 1024

/**
 * Reads a command's output: each line to `onLine` as it comes (without its end; a longer one than 8 KiB in
 * pieces), and the last 16 KiB kept. Memory is bounded whatever is written.
 *
 * @returns `tail()`: the end of the output as text PostgreSQL can store; flushes a last line without an end
 */
export function outputReader(stream: Readable, onLine: (line: string) => void): { tail(): string } {
  const decoder = new StringDecoder()
  let kept = Buffer.alloc(0)
  let rest = ''

  function emit(line: string) {
    onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
  stream.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-TAIL_BYTES)
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop()!
    for (const line of lines) emit(line)
    for (; rest.length > MAX_LINE_CHARS; rest = rest.slice(MAX_LINE_CHARS))
      emit(rest.slice(0, MAX_LINE_CHARS))
  })
  return {
    tail() {
      rest += decoder.end()
      if (rest !== '') emit(rest)
      rest = ''
      return kept.toString().replaceAll('\0', '\uFFFD')
    },
  }
}
