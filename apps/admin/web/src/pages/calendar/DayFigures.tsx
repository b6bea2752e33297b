import { Text } from '@mantine/core'
import {
  IconBan,
  IconCheck,
  IconClockX,
  IconPlayerSkipForward,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { countOf, type DayStats, formatShare, type RESULTS, resultsOf } from '../../components/dayResults.ts'
import { statusFill } from '../../components/status.ts'
import classes from './Calendar.module.css'

export const RESULT_ICON: Record<(typeof RESULTS)[number], TablerIcon> = {
  FAILED: IconX,
  TIMEOUT: IconClockX,
  CANCELLED: IconBan,
  SKIPPED: IconPlayerSkipForward,
  SUCCESS: IconCheck,
}

/** Above it a day is told in green, down to the second in orange, below in red. */
const GOOD = 0.99
const FAIR = 0.95
const SHADE = {
  good: 'light-dark(#087f5b, #63e6be)',
  fair: 'light-dark(#a1450b, #ffa94d)',
  poor: 'light-dark(#c92a2a, #ff8787)',
}

/** The share of successes of a day, in a colour beside the number. */
export function SuccessRate({ day }: { day: DayStats }) {
  const { i18n } = useTranslation()
  if (day.success_rate === null) return null
  const shade = day.success_rate >= GOOD ? SHADE.good : day.success_rate >= FAIR ? SHADE.fair : SHADE.poor
  return (
    <Text span size="xs" fw={650} className="tabular" c={shade}>
      {formatShare(day.success_rate, i18n.language)}
    </Text>
  )
}

/** A bar of the day's results, and below it how many of each. */
export function DayFigures({ day }: { day: DayStats }) {
  const { i18n } = useTranslation()
  const worstFirst = resultsOf(day)
  const results = [
    ...worstFirst.filter((one) => one === 'SUCCESS'),
    ...worstFirst.filter((one) => one !== 'SUCCESS'),
  ]
  return (
    <>
      <span className={classes.bar} aria-hidden>
        {results.map((result) => (
          <span key={result} style={{ flexGrow: countOf(day, result), background: statusFill(result) }} />
        ))}
      </span>
      <span className={classes.counts} aria-hidden>
        {results.map((result) => {
          const Icon = RESULT_ICON[result]
          return (
            <span key={result} className={classes.count}>
              <Icon size={12} stroke={2.6} color={statusFill(result)} aria-hidden />
              {countOf(day, result).toLocaleString(i18n.language)}
            </span>
          )
        })}
      </span>
    </>
  )
}
