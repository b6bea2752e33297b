import { useTranslation } from 'react-i18next'
import type { Run } from './attemptSpans.ts'

/** How an attempt ended, in a word. */
export function useOutcomeText() {
  const { t } = useTranslation(['job', 'common'])
  return (status: Run['status']) =>
    status === 'RELEASED' ? t('attempts.RELEASED') : t(`common:status.${status}`)
}
