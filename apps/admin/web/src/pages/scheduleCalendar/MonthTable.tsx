import { UnstyledButton, VisuallyHidden } from '@mantine/core'
import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { statusFill } from '../../components/status.ts'
import { STATUS_ICON } from '../../components/statusIcon.ts'
import { addDays, formatDay } from '../../time/days.ts'
import classes from '../calendar/Calendar.module.css'
import { monthOf, weekNumber, weeksOf } from '../calendar/month.ts'
import own from './MonthTable.module.css'
import { countOf, type DayCounts, RUN_RESULTS, totalOf } from './runCounts.ts'

interface Props {
  days: DayCounts[]
  month: string
  /** The month in words. */
  name: string
  today: string
  chosen: string | null
  onChoose: (day: string | null) => void
}

/** Days later by key. */
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }

/** Weeks as rows, from Monday to Sunday. */
export function MonthTable(props: Props) {
  const { days, month, name } = props
  const { t, i18n } = useTranslation(['scheduleCalendar', 'calendar'])
  const table = useRef<HTMLTableElement>(null)
  const byDate = new Map(days.map((day) => [day.date, day]))
  const weeks = weeksOf(month)
  const walk = (event: KeyboardEvent, date: string) => {
    const step = STEPS[event.key]
    if (!step) return
    event.preventDefault()
    table.current?.querySelector<HTMLElement>(`[data-day="${addDays(date, step)}"]`)?.focus()
  }
  return (
    <table ref={table} className={classes.table} aria-label={t('grid', { month: name })}>
      <thead>
        <tr>
          <th scope="col">
            <VisuallyHidden>{t('calendar:weekColumn')}</VisuallyHidden>
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
              <VisuallyHidden>{t('calendar:week', { week: weekNumber(week[0]!) })}</VisuallyHidden>
              <span aria-hidden>{weekNumber(week[0]!)}</span>
            </th>
            {week.map((date) => (
              <td key={date}>
                {monthOf(date) === month && (
                  <Day
                    {...props}
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

/** The days below one another, the newest first: those that have something, and today. */
export function DayButtons(props: Props) {
  const { t } = useTranslation('scheduleCalendar')
  const shown = props.days.filter((day) => totalOf(day) > 0 || day.date === props.today).reverse()
  return (
    <ul className={classes.list} aria-label={t('grid', { month: props.name })}>
      {shown.map((day) => (
        <li key={day.date}>
          <Day {...props} date={day.date} day={day} isInList />
        </li>
      ))}
    </ul>
  )
}

interface DayProps extends Props {
  date: string
  day: DayCounts | undefined
  isInList?: boolean
  onKeyDown?: (event: KeyboardEvent) => void
}

/** A day with its runs by status; it opens the list of them. */
function Day({ date, day, today, chosen, onChoose, isInList = false, onKeyDown }: DayProps) {
  const { t, i18n } = useTranslation(['scheduleCalendar', 'common'])
  const results = day ? RUN_RESULTS.filter((status) => countOf(day, status) > 0) : []
  const count = (value: number) => value.toLocaleString(i18n.language)
  const isChosen = date === chosen
  const words = [
    formatDay(date, i18n.language),
    date === today && t('today'),
    results.length === 0 && t('nothing'),
    ...results.map((status) => `${t(`common:status.${status}`)} ${count(countOf(day!, status))}`),
  ]
  return (
    <UnstyledButton
      className={`${classes.day} ${own.day}`}
      data-day={date}
      data-today={date === today || undefined}
      data-quiet={results.length === 0 || undefined}
      data-chosen={isChosen || undefined}
      aria-pressed={isChosen}
      onClick={() => onChoose(isChosen ? null : date)}
      onKeyDown={onKeyDown}
    >
      <VisuallyHidden>{words.filter(Boolean).join(', ')}</VisuallyHidden>
      <span className={own.head} aria-hidden>
        <span className={own.number}>
          {isInList
            ? formatDay(date, i18n.language, { month: 'short', day: 'numeric', weekday: 'short' })
            : Number(date.slice(8))}
        </span>
        {date === today && <span className={own.today}>{t('today')}</span>}
        {results.length > 0 && <span className={own.total}>{count(totalOf(day!))}</span>}
      </span>
      {results.length > 0 && (
        <>
          <span className={classes.bar} aria-hidden>
            {results.map((status) => (
              <span
                key={status}
                style={{ flexGrow: countOf(day!, status), background: statusFill(status) }}
              />
            ))}
          </span>
          <span className={classes.counts} aria-hidden>
            {results.map((status) => {
              const Icon = STATUS_ICON[status]
              return (
                <span key={status} className={classes.count}>
                  <Icon size={12} stroke={2.6} color={statusFill(status)} aria-hidden />
                  {count(countOf(day!, status))}
                </span>
              )
            })}
          </span>
        </>
      )}
    </UnstyledButton>
  )
}
