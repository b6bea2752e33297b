import { VisuallyHidden } from '@mantine/core'
import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { DayStats } from '../../components/dayResults.ts'
import { addDays, formatDay } from '../../time/days.ts'
import classes from './Calendar.module.css'
import { DayCell } from './DayCell.tsx'
import { monthOf, weekNumber, weeksOf } from './month.ts'

export interface MonthProps {
  days: DayStats[]
  month: string
  today: string
  zone: string
  cronId: number | undefined
  handler: string | undefined
}

/** Days later by key. */
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

/** Weeks as rows, from Monday to Sunday. */
export function MonthGrid({ days, name, ...rest }: MonthProps & { name: string }) {
  const { month } = rest
  const { t, i18n } = useTranslation('calendar')
  const table = useRef<HTMLTableElement>(null)
  const byDate = new Map(days.map((day) => [day.date, day]))
  const weeks = weeksOf(month)
  const walk = (event: KeyboardEvent, date: string) => {
    const step = STEPS[event.key]
    if (!step) return
    event.preventDefault()
    for (let next = addDays(date, step); monthOf(next) === month; next = addDays(next, step)) {
      const button = table.current?.querySelector<HTMLButtonElement>(`[data-day="${next}"]:not(:disabled)`)
      if (button) return button.focus()
    }
  }
  return (
    <table ref={table} className={classes.table} aria-label={t('grid', { month: name })}>
      <thead>
        <tr>
          <th scope="col">
            <VisuallyHidden>{t('weekColumn')}</VisuallyHidden>
          </th>
          {weeks[0]!.map((date) => (
            <th key={date} scope="col">
              {formatDay(date, i18n.language, { weekday: 'short' })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            <th scope="row">
              <VisuallyHidden>{t('week', { week: weekNumber(week[0]!) })}</VisuallyHidden>
              <span aria-hidden>{weekNumber(week[0]!)}</span>
            </th>
            {week.map((date) => (
              <td key={date}>
                {monthOf(date) === month && (
                  <DayCell
                    {...rest}
                    date={date}
                    day={byDate.get(date)}
                    onKeyDown={(event) => walk(event, date)}
                  />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
