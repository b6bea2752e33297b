import i18next from 'i18next'
import type { ApiError } from '../../api/apiError.ts'

/** As admin asks of new passwords. */
export const MIN_PASSWORD = 12
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,99}$/u

const t = i18next.getFixedT
const words = () => t(null, 'access', 'fault')

/** What is wrong with a name, before admin is asked. */
export const nameFault = (name: string) =>
  NAME.test(name.normalize('NFC').trim()) ? null : words()('nameShape')

/** What is wrong with a new password of a user called so. */
export function passwordFault(password: string, name: string): string | null {
  const given = [...password].length
  if (given < MIN_PASSWORD) return words()('short', { count: MIN_PASSWORD, given })
  const isName = password.normalize('NFC').toLowerCase() === name.trim().toLowerCase()
  return isName ? words()('isName') : null
}

/** A refusal's faults by field, in the language of the page where they are known. */
export function faultsOf(error: ApiError): Record<string, string> {
  if (error.code === 'USER_NAME_TAKEN') return { name: words()('nameTaken') }
  const faults = error.byField
  return faults.current_password === 'is not right'
    ? { ...faults, current_password: words()('current') }
    : faults
}
