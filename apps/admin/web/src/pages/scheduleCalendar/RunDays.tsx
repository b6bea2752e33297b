import { UnstyledButton, VisuallyHidden } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { statusFill } from '../../components/status.ts'
import { STATUS_ICON } from '../../components/statusIcon.ts'
import { formatDay } from '../../time/days.ts'
import classes from '../calendar/Calendar.module.css'
import own from './RunDays.module.css'
import { countOf, type DayCounts, RUN_RESULTS, totalOf } from './runCounts.ts'

interface Chooser {
  today: string
  chosen: string | null
  onChoose: (day: string | null) => void
}

interface RunDaysProps extends Chooser {
  days: DayCounts[]
  /** What it shows, for who hears it. */
  label: string
}

/** The days below one another, the newest first: those that have something, and today. */
export function RunDays({ days, label, ...chooser }: RunDaysProps) {
  const shown = days.filter((day) => totalOf(day) > 0 || day.date === chooser.today).reverse()
  return (
    <ul className={classes.list} aria-label={label}>
      {shown.map((day) => (
        <li key={day.date}>
          <RunDay {...chooser} date={day.date} day={day} isInList />
        </li>
      ))}
    </ul>
  )
}

interface RunDayProps extends Chooser {
  date: string
  day: DayCounts | undefined
  isInList?: boolean
  onKeyDown?: (event: KeyboardEvent) => void
}

/** A day with its runs by status; it opens the list of them. */
export function RunDay({ date, day, today, chosen, onChoose, isInList = false, onKeyDown }: RunDayProps) {
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
