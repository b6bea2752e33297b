import { ExpressionError } from './expressionError.ts'

/** A piece of a text with templates: text as it stands, or an expression with the place where it begins. */
export type TemplatePart = { text: string } | { expression: string; at: number }

/** Whether a value, however deep, has a text with `{{` in it. */
export function hasTemplate(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{')
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(hasTemplate)
}

/**
 * Takes a text apart at its `{{ expressions }}`. Braces and quotes inside an expression are the expression's own; to have
 * `{{` in a text, write `{{ "{{" }}`.
 *
 * @throws ExpressionError for one that does not end, or is empty
 */
export function templateParts(text: string): TemplatePart[] {
  const parts: TemplatePart[] = []
  let from = 0
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', from)) {
    const close = endOf(text, open + 2)
    if (close < 0) throw new ExpressionError('{{ has no }}', text, { position: open })
    if (open > from) parts.push({ text: text.slice(from, open) })
    const inside = text.slice(open + 2, close)
    const expression = inside.trim()
    if (expression === '') throw new ExpressionError('{{ }} holds no expression', text, { position: open })
    parts.push({ expression, at: open + 2 + inside.indexOf(expression) })
    from = close + 2
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from) })
  return parts
}

/** Where the `}}` begins that ends an expression; -1 without one. */
function endOf(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (char === '"' || char === "'") {
      at = endOfQuote(text, at)
      if (at < 0) return -1
    } else if (char === '{') depth++
    else if (char === '}') {
      if (depth > 0) depth--
      else if (text[at + 1] === '}') return at
    }
  }
  return -1
}

/** The last character of a CEL string that begins here, with one quote or three; a backslash keeps a quote from ending it. */
function endOfQuote(text: string, start: number): number {
  const one = text[start]!
  const quote = text.startsWith(one.repeat(3), start) ? one.repeat(3) : one
  for (let at = start + quote.length; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text.startsWith(quote, at)) return at + quote.length - 1
  }
  return -1
}
