import type { ApiError } from '../../api/apiError.ts'

/** What the server refused of params, by the path within them. @param fields  what a request calls the params */
export function paramErrors(error: ApiError, ...fields: string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(error.byField).flatMap(([field, message]) => {
      const name = fields.find(
        (one) => field === one || field.startsWith(`${one}.`) || field.startsWith(`${one}[`),
      )
      return name === undefined ? [] : [[pathOf(field.slice(name.length)), message]]
    }),
  )
}

/** `.to[0].name` as `to.0.name`. */
const pathOf = (field: string) =>
  field
    .replace(/\[(\d+)\]/g, '.$1')
    .replace(/\["([^"]*)"\]/g, '.$1')
    .replace(/^\./, '')
