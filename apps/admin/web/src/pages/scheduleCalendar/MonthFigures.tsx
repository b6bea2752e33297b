import { Paper, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { statusFill } from '../../components/status.ts'
import { STATUS_ICON } from '../../components/statusIcon.ts'
import { countOf, RUN_RESULTS, type RunCounts, totalOf } from './runCounts.ts'

/** The month in figures. @param totals  null until they are there */
export function MonthFigures({ totals }: { totals: RunCounts | null }) {
  const { t, i18n } = useTranslation(['scheduleCalendar', 'common'])
  const count = (value: number) => value.toLocaleString(i18n.language)
  return (
    <SimpleGrid
      cols={{ base: 2, sm: 3, lg: 6 }}
      spacing="sm"
      mb="sm"
      component="section"
      aria-label={t('totals')}
    >
      <Figure name={t('runs')}>{totals ? count(totalOf(totals)) : '–'}</Figure>
      {RUN_RESULTS.map((status) => {
        const Icon = STATUS_ICON[status]
        return (
          <Figure
            key={status}
            name={t(`common:status.${status}`)}
            icon={<Icon size={13} stroke={2.4} color={statusFill(status)} aria-hidden />}
          >
            {totals ? count(countOf(totals, status)) : '–'}
          </Figure>
        )
      })}
    </SimpleGrid>
  )
}

function Figure({ name, icon, children }: { name: string; icon?: React.ReactNode; children: string }) {
  return (
    <Paper withBorder px="sm" py={6} miw={0}>
      <Text size="xs" c="dimmed">
        {icon} {name}
      </Text>
      <Text fw={650} className="tabular">
        {children}
      </Text>
    </Paper>
  )
}
