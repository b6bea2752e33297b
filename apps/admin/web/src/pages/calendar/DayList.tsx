import type { DayStats } from '../../components/dayResults.ts'
import classes from './Calendar.module.css'
import { DayCell } from './DayCell.tsx'

interface DayListProps {
  days: DayStats[]
  /** What it shows, for who hears it. */
  label: string
  today: string
  zone: string
  cronId: number | undefined
  handler: string | undefined
}

/** The days of a month below one another, the newest first: what has not come yet is left out. */
export function DayList({ days, label, ...rest }: DayListProps) {
  const shown = days.filter(({ date }) => date <= rest.today).toReversed()
  return (
    <ul className={classes.list} aria-label={label}>
      {shown.map((day) => (
        <li key={day.date}>
          <DayCell {...rest} date={day.date} day={day} isInList />
        </li>
      ))}
    </ul>
  )
}
