import { Paper, SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type DayStats, formatShare } from '../../components/dayResults.ts'
import { formatDay } from '../../time/days.ts'

const badOf = ({ failed, timeout }: DayStats) => failed + timeout

/** The month in figures. */
export function MonthTotals({ days }: { days: DayStats[] }) {
  const { t, i18n } = useTranslation('calendar')
  const sum = (of: (day: DayStats) => number) => days.reduce((total, day) => total + of(day), 0)
  const count = (value: number) => value.toLocaleString(i18n.language)
  const bad = sum(badOf)
  const success = sum((day) => day.success)
  const worst = days.reduce<DayStats | undefined>(
    (most, day) => (badOf(day) > (most ? badOf(most) : 0) ? day : most),
    undefined,
  )
  return (
    <SimpleGrid
      cols={{ base: 2, sm: 5 }}
      spacing="sm"
      mb="sm"
      className="jobu-pairs"
      component="section"
      aria-label={t('totals')}
    >
      <Total name={t('total')}>{count(sum(({ total }) => total))}</Total>
      <Total name={t('success')}>
        {success + bad > 0 ? formatShare(success / (success + bad), i18n.language) : '–'}
      </Total>
      <Total name={t('bad')}>{count(bad)}</Total>
      <Total name={t('skipped')}>{count(sum(({ skipped }) => skipped))}</Total>
      <Total name={t('worst')} more={worst && t('worstMore', { count: badOf(worst) })}>
        {worst
          ? formatDay(worst.date, i18n.language, { month: 'short', day: 'numeric', weekday: 'short' })
          : t('noWorst')}
      </Total>
    </SimpleGrid>
  )
}

function Total({ name, more, children }: { name: string; more?: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder px="sm" py={6} miw={0}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={650} component="div">
        <span className="tabular">{children}</span>
        {more && (
          <Text span size="xs" c="dimmed" fw={400} ml={6} display="inline-block" className="tabular">
            {more}
          </Text>
        )}
      </Text>
    </Paper>
  )
}
