import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { BROWSER_ZONE } from '../time/zone.tsx'

/** Every zone there is, the likely ones first. @param current  stays one of them, also where no browser knows it */
export function useZoneChoices(current: string) {
  const { t } = useTranslation('cronForm')
  return useMemo(() => {
    const first = [...new Set(['Asia/Seoul', 'UTC', BROWSER_ZONE])]
    const rest = [...new Set([...Intl.supportedValuesOf('timeZone'), current])].filter(
      (zone) => !first.includes(zone),
    )
    return [
      { group: t('commonZones'), items: first },
      { group: t('allZones'), items: rest },
    ]
  }, [current, t])
}
