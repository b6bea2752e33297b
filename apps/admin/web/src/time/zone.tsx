import { useLocalStorage } from '@mantine/hooks'
import { createContext, type ReactNode, useContext } from 'react'

/** In which zone times are shown: Korea's, UTC, that of this browser, or each in that of its cron. */
export const ZONE_CHOICES = ['KST', 'UTC', 'browser', 'cron'] as const
export type ZoneChoice = (typeof ZONE_CHOICES)[number]

const KST = 'Asia/Seoul'
export const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

interface Zone {
  choice: ZoneChoice
  choose: (choice: ZoneChoice) => void
  /** The IANA name for a time that belongs to no cron, or to one of the zone `cronZone`. */
  nameFor: (cronZone?: string | null) => string
}

const ZoneContext = createContext<Zone | null>(null)

export function ZoneProvider({ children }: { children: ReactNode }) {
  const [choice, choose] = useLocalStorage<ZoneChoice>({
    key: 'jobu-zone',
    defaultValue: 'KST',
    getInitialValueInEffect: false,
    deserialize: (text) => ZONE_CHOICES.find((one) => `"${one}"` === text) ?? 'KST',
  })
  const nameFor = (cronZone?: string | null) => {
    if (choice === 'UTC') return 'UTC'
    if (choice === 'browser') return BROWSER_ZONE
    return choice === 'cron' ? (cronZone ?? KST) : KST
  }
  return <ZoneContext value={{ choice, choose, nameFor }}>{children}</ZoneContext>
}

export function useZone(): Zone {
  const zone = useContext(ZoneContext)
  if (!zone) throw new Error('used outside of ZoneProvider')
  return zone
}
