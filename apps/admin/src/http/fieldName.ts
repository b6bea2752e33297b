/** A path as errors name it: `jobs[17].params.url`; the request as a whole is `body`. */
export function fieldName(path: ReadonlyArray<PropertyKey>): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
  return text === '' ? 'body' : text.slice(0, 255)
}
