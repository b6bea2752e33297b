import { UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import type { LogLine } from './JobLogStore.ts'
import classes from './LogLines.module.css'
import { lineTime } from './logFilter.ts'

/** One line: when, how bad, what; its fields on request. */
export function LogRow({
  line,
  index,
  zone,
  search,
  isCurrent,
  isOpen,
  onToggle,
  measure,
}: {
  line: LogLine
  index: number
  zone: string
  search: string
  isCurrent: boolean
  isOpen: boolean
  onToggle: () => void
  measure: (element: HTMLElement | null) => void
}) {
  const { t } = useTranslation(['job'])
  const { logged_at, level, message, fields } = line
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  const hasFields = fields !== null && Object.keys(fields).length > 0
  return (
    <div
      ref={measure}
      data-index={index}
      data-level={level}
      data-current={isCurrent || undefined}
      className={classes.line}
    >
      <time
        dateTime={logged_at}
        title={`${formatInstant(logged_at, zone)} ${zoneLabel(zone, logged_at)}`}
        className={classes.time}
      >
        {lineTime(logged_at, zone)}
      </time>
      <span className={classes.level}>{level.toUpperCase()}</span>
      <div className={classes.message}>
        {marked(message, search)}
        {hasFields && (
          <>
            {' '}
            <UnstyledButton className={classes.fields} aria-expanded={isOpen} onClick={onToggle}>
              <VisuallyHidden>
                {t(isOpen ? 'log.hideFields' : 'log.showFields', { line: line.line })}{' '}
              </VisuallyHidden>
              <Chevron size={12} aria-hidden />
              {!isOpen && <span>{marked(summary(fields), search)}</span>}
            </UnstyledButton>
            {isOpen && <pre className={classes.json}>{marked(JSON.stringify(fields, null, 2), search)}</pre>}
          </>
        )}
      </div>
    </div>
  )
}

const MOST_SUMMARY = 160

/** `step=2 table="orders"`, as much as fits a line. */
function summary(fields: Record<string, unknown>): string {
  const text = Object.entries(fields)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
  return text.length > MOST_SUMMARY ? `${text.slice(0, MOST_SUMMARY)}…` : text
}

/** With what is searched for marked, in any case. */
function marked(text: string, search: string): ReactNode {
  if (search === '') return text
  const [lower, wanted] = [text.toLowerCase(), search.toLowerCase()]
  // Letters that are longer in lower case would shift all that follow.
  if (lower.length !== text.length) return text
  const parts: ReactNode[] = []
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>)
    from = at + wanted.length
  }
  return [...parts, text.slice(from)]
}
