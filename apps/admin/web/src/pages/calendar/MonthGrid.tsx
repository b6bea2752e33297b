import { VisuallyHidden } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { addDays, formatDay } from '../../time/days.ts'
import classes from './Calendar.module.css'
import { monthOf, weekNumber, weeksOf } from './month.ts'

export interface DayOfMonth<D> {
  date: string
  day: D | undefined
  /** Arrow keys walk from day to day. */
  onKeyDown: (event: KeyboardEvent) => void
}

interface MonthGridProps<D> {
  days: D[]
  month: string
  /** What it shows, for who hears it. */
  label: string
  /** A button with the attribute `data-day`. */
  cell: (day: DayOfMonth<D>) => ReactNode
}

/** Days later by key. */
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

/** Weeks as rows, from Monday to Sunday. */
export function MonthGrid<D extends { date: string }>({ days, month, label, cell }: MonthGridProps<D>) {
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
    <table ref={table} className={classes.table} aria-label={label}>
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
                {monthOf(date) === month &&
                  cell({ date, day: byDate.get(date), onKeyDown: (event) => walk(event, date) })}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
