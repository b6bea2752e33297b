import { Text } from '@mantine/core'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'

/** A reason code in a few words; one that this build does not know, as it is. Re-render by `useTranslation`. */
export function reasonText(code: string): string {
  const key = `short.${code}`
  return i18next.exists(key, { ns: 'reasons' }) ? i18next.t(key as 'short.OVERLAP', { ns: 'reasons' }) : code
}

/** What a reason means, as a sentence; undefined for a code that this build does not know. */
export function reasonMeaning(code: string): string | undefined {
  const key = `meaning.${code}`
  return i18next.exists(key, { ns: 'reasons' })
    ? i18next.t(key as 'meaning.OVERLAP', { ns: 'reasons' })
    : undefined
}

/** The `reason` of an execution or a run in words; on hover, what it means. */
export function ReasonText({ code }: { code: string }) {
  useTranslation('reasons')
  return (
    <Text span inherit title={reasonMeaning(code)}>
      {reasonText(code)}
    </Text>
  )
}
