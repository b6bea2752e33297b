import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

/** Numbers as the language of the page writes them. */
export function useNumbers() {
  const { i18n } = useTranslation()
  return useMemo(() => {
    const whole = new Intl.NumberFormat(i18n.language)
    const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 })
    return {
      count: (value: number, isExact = true) => `${whole.format(value)}${isExact ? '' : '+'}`,
      /** @param value  from 0 to 1 */
      // 99.96 % is not all of it.
      percent: (value: number) => share.format(value < 1 ? Math.min(value, 0.999) : value),
    }
  }, [i18n.language])
}
