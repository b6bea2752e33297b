import { styleText } from 'node:util'

/** Colours a text, or leaves it. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

const STATUS_STYLE: Record<string, Parameters<Paint>[0]> = {
  SUCCESS: 'green',
  RUNNING: 'cyan',
  PENDING: 'yellow',
  FAILED: 'red',
  TIMEOUT: 'red',
  CANCELLED: 'gray',
  SKIPPED: 'gray',
}

export const plain: Paint = (_style, text) => text
// Who calls it has looked at the terminal; some versions of Node look at stdout once more.
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false })

/** A status in its colour. */
export function statusText(status: unknown, paint: Paint): string {
  const text = typeof status === 'string' ? status : '-'
  const style = STATUS_STYLE[text]
  return style ? paint(style, text) : text
}
