import { Button, Group, Popover, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { countOf, type DayStats, formatShare, resultsOf } from '../../components/dayResults.ts'
import { jobsPath } from '../../components/jobsPath.ts'
import { STATUS_COLOR, type Status } from '../../components/status.ts'
import { dayBounds, formatDay } from '../../time/days.ts'
import classes from './Calendar.module.css'
import { DayFigures, RESULT_ICON, SuccessRate } from './DayFigures.tsx'

interface DayCellProps {
  date: string
  day: DayStats | undefined
  today: string
  zone: string
  cronId: number | undefined
  handler: string | undefined
  /** Shows the weekday too, where no column does. */
  isInList?: boolean
  onKeyDown?: ((event: KeyboardEvent) => void) | undefined
  tabIndex?: number
}

/** A day with its results; it opens its figures and the way to its jobs. */
export function DayCell(props: DayCellProps) {
  const { date, day, today, isInList = false, onKeyDown, tabIndex } = props
  const { t, i18n } = useTranslation(['calendar', 'common'])
  const [isOpen, setOpen] = useState(false)
  const isQuiet = !day || day.total === 0
  const count = (value: number) => value.toLocaleString(i18n.language)
  const words = [
    formatDay(date, i18n.language),
    date === today && t('isToday'),
    isQuiet && t(date > today ? 'future' : 'nothing'),
    day?.success_rate != null && t('rate', { rate: formatShare(day.success_rate, i18n.language) }),
    ...(day
      ? resultsOf(day).map((result) => `${t(`common:status.${result}`)} ${count(countOf(day, result))}`)
      : []),
  ]
  return (
    <Popover opened={isOpen} onChange={setOpen} width={280} shadow="md" withArrow trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.day}
          data-day={date}
          data-today={date === today || undefined}
          data-quiet={isQuiet || undefined}
          disabled={isQuiet}
          aria-haspopup="dialog"
          onClick={() => setOpen(!isOpen)}
          onKeyDown={onKeyDown}
          tabIndex={tabIndex}
        >
          <VisuallyHidden>{words.filter(Boolean).join(', ')}</VisuallyHidden>
          <Group justify="space-between" gap={4} wrap="nowrap" w="100%" aria-hidden>
            <Text
              span
              size="sm"
              fw={date === today ? 700 : 500}
              c={isQuiet && date !== today ? 'dimmed' : undefined}
            >
              {isInList
                ? formatDay(date, i18n.language, { month: 'short', day: 'numeric', weekday: 'short' })
                : Number(date.slice(8))}
              {date === today && (
                <Text span size="xs" fw={600} ml={5} c="var(--mantine-primary-color-light-color)">
                  {t('today')}
                </Text>
              )}
            </Text>
            {day && <SuccessRate day={day} />}
          </Group>
          {!isQuiet && <DayFigures day={day} />}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>{day && <DayDetails {...props} day={day} />}</Popover.Dropdown>
    </Popover>
  )
}

function DayDetails({ date, day, zone, cronId, handler }: DayCellProps & { day: DayStats }) {
  const { t, i18n } = useTranslation(['calendar', 'common'])
  const count = (value: number) => value.toLocaleString(i18n.language)
  const { from, to } = dayBounds(date, zone)
  const link = (status: Status[]) => jobsPath({ from, to, cron: cronId, handler, status })
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap">
        <Text fw={650} size="sm">
          {formatDay(date, i18n.language)}
        </Text>
        <SuccessRate day={day} />
      </Group>
      <Stack gap={2}>
        {resultsOf(day).map((result) => {
          const Icon = RESULT_ICON[result]
          return (
            <Group key={result} gap={6} wrap="nowrap">
              <Icon size={14} color={`var(--mantine-color-${STATUS_COLOR[result]}-6)`} aria-hidden />
              <Text size="sm" flex={1}>
                {t(`common:status.${result}`)}
              </Text>
              <Text size="sm" className="tabular" fw={600}>
                {count(countOf(day, result))}
              </Text>
            </Group>
          )
        })}
      </Stack>
      <Button
        component={Link}
        to={link([])}
        size="xs"
        leftSection={<IconExternalLink size={14} aria-hidden />}
      >
        {t('open')}
      </Button>
      {day.failed + day.timeout > 0 && (
        <Button component={Link} to={link(['FAILED', 'TIMEOUT'])} size="xs" variant="light" color="red">
          {t('openBad')}
        </Button>
      )}
      <Text size="xs" c="dimmed">
        {t('dayMore')}
      </Text>
    </Stack>
  )
}
