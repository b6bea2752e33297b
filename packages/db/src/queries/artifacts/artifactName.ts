import { JobuError } from '../../errors.ts'

const MAX_NAME_BYTES = 255
/** Controls, line ends, halves of surrogate pairs, and what turns the direction of text around to hide an extension. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\\]/u
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:;[\x20-\x7e]{1,200})?$/

/**
 * A name that is a relative path in any folder: `a.csv`, `2026/a.csv`.
 *
 * @throws JobuError ARTIFACT_REFUSED
 */
export function checkArtifactName(name: string): void {
  const fault =
    typeof name !== 'string' || name === ''
      ? 'is empty'
      : Buffer.byteLength(name) > MAX_NAME_BYTES
        ? `is longer than ${MAX_NAME_BYTES} bytes`
        : UNSAFE.test(name)
          ? 'has a character that no name may have: a control, a backslash, a mark of direction'
          : name.split('/').some((part) => part === '' || part === '.' || part === '..')
            ? 'is not a relative path without "." and ".."'
            : undefined
  if (fault) throw refused('name', `artifact name ${JSON.stringify(String(name).slice(0, 300))} ${fault}`)
}

/** @throws JobuError ARTIFACT_REFUSED for a content type that no header can carry */
export function checkContentType(type: string): void {
  if (MEDIA_TYPE.test(type)) return
  throw refused(
    'content_type',
    `${JSON.stringify(type.slice(0, 300))} is not a content type such as text/csv`,
  )
}

export function refused(field: string, message: string, cause?: unknown): JobuError {
  return new JobuError('ARTIFACT_REFUSED', message, { details: [{ field, message }], cause })
}
