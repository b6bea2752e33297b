/** A shorter value would be found by chance, and masking it would say more than it hides. */
export const MIN_MASKED_LENGTH = 6
const MASK = '***'

/**
 * Hides the secrets of one attempt in every text that is kept of it: as they are, in base64 (also inside of a longer
 * text that was encoded), URL-encoded, JSON-escaped, and line by line.
 */
export class SecretMask {
  /** For another mask of the same, in an isolated process. */
  readonly values: readonly string[]
  readonly #forms: string[]
  readonly #pattern: RegExp

  constructor(values: readonly string[]) {
    this.values = values
    const forms = new Set(values.flatMap(formsOf))
    // Longest first: of a form within another one the rest would be left.
    this.#forms = [...forms].sort((a, b) => b.length - a.length)
    const escaped = this.#forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    this.#pattern = new RegExp(escaped.length > 0 ? escaped.join('|') : '(?!)', 'g')
  }

  text(text: string): string {
    return this.#withoutCutEnd(text.replace(this.#pattern, MASK))
  }

  /** @param json  JSON text. @returns the same with all strings, keys and numbers masked */
  json(json: string): string {
    return JSON.stringify(this.value(JSON.parse(json)))
  }

  /** A copy of a JSON value with all strings, keys and numbers masked. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') {
      const text = String(value)
      const masked = this.text(text)
      return masked === text ? value : masked
    }
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.value(item))
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [this.text(key), this.value(child)]),
    )
  }

  /** Texts are cut to a length before they come here: the beginning of a secret at the end is one as well. */
  #withoutCutEnd(text: string): string {
    for (const form of this.#forms) {
      const at = text.lastIndexOf(form.slice(0, MIN_MASKED_LENGTH))
      if (at >= 0 && form.startsWith(text.slice(at))) return text.slice(0, at) + MASK
    }
    return text
  }
}

function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).filter((line) => line !== value)
  const parts = [value, ...lines].filter((part) => part.length >= MIN_MASKED_LENGTH)
  return parts.flatMap((part) => {
    const url = encodeURIComponent(Buffer.from(part).toString())
    return [
      part,
      part.trim(),
      JSON.stringify(part).slice(1, -1),
      url,
      url.replaceAll('%20', '+'),
      url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      ...base64Forms(part),
    ].filter((form) => form.length >= MIN_MASKED_LENGTH)
  })
}

/** What base64 makes of a value at any place of a longer text: where it begins in a group of three bytes decides. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    // The first and the last characters hold bits of the neighbours.
    const own = text.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + bytes.length) * 8) / 6))
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
