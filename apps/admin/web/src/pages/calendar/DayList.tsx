import { useTranslation } from 'react-i18next'
import { formatDay } from '../../time/days.ts'
import classes from './Calendar.module.css'
import { DayCell } from './DayCell.tsx'
import type { MonthProps } from './MonthGrid.tsx'

/** The days of a month below one another, the newest first: what has not come yet is left out. */
export function DayList({ days, ...rest }: MonthProps) {
  const { t, i18n } = useTranslation('calendar')
  const shown = days.filter(({ date }) => date <= rest.today).toReversed()
  const name = formatDay(`${rest.month}-01`, i18n.language, { year: 'numeric', month: 'long' })
  return (
    <ul className={classes.list} aria-label={t('grid', { month: name })}>
      {shown.map((day) => (
        <li key={day.date}>
          <DayCell {...rest} date={day.date} day={day} isInList />
        </li>
      ))}
    </ul>
  )
}
