import { Anchor, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { formatDuration } from '../../time/format.ts'
import { busyOf } from './load.ts'
import classes from './ShareBar.module.css'

type Row = Schemas['Forecast']['crons'][number]

/** The crons with most expected run time. */
export function HeaviestCrons({ forecast }: { forecast: Schemas['Forecast'] }) {
  const { t, i18n } = useTranslation('forecast')
  // A run that begins in the range may end after it: shares never come to more than the whole.
  const whole = Math.max(
    busyOf(forecast),
    forecast.crons.reduce((sum, { busy_ms }) => sum + busy_ms, 0),
  )
  const columns: Column<Row>[] = [
    {
      id: 'name',
      header: t('crons.name'),
      isFixed: true,
      cell: ({ cron_id, cron_name }) => (
        <Anchor component={Link} to={`/crons/${cron_id}`} inherit style={{ overflowWrap: 'anywhere' }}>
          {cron_name}
        </Anchor>
      ),
    },
    {
      id: 'handler',
      header: t('crons.handler'),
      hideBelow: 'md',
      cell: ({ handler_name }) => handler_name,
    },
    {
      id: 'runs',
      header: t('crons.runs'),
      width: 90,
      isNumber: true,
      cell: ({ runs }) => runs.toLocaleString(i18n.language),
    },
    {
      id: 'each',
      header: t('crons.each'),
      width: 100,
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ expected_duration_ms }) =>
        expected_duration_ms === null ? (
          <Text span inherit c="dimmed" title={t('crons.unknownWhy')}>
            {t('crons.unknown')}
          </Text>
        ) : (
          formatDuration(expected_duration_ms)
        ),
    },
    {
      id: 'busy',
      header: t('crons.busy'),
      width: 110,
      isNumber: true,
      cell: ({ busy_ms, expected_duration_ms }) =>
        expected_duration_ms === null ? '–' : formatDuration(busy_ms),
    },
    {
      id: 'share',
      header: t('crons.share'),
      width: 170,
      hideBelow: 'sm',
      cell: ({ busy_ms }) => <Share share={whole > 0 ? busy_ms / whole : 0} />,
    },
  ]
  return (
    <section>
      <Title order={2} size="h5">
        {t('crons.title')}
      </Title>
      <Text size="xs" c="dimmed" mb="xs">
        {t('crons.why')}
      </Text>
      <DataTable
        name="forecast-crons"
        label={t('crons.table')}
        columns={columns}
        list={{ rows: forecast.crons, isPending: false, error: null, refetch: () => {} }}
        rowKey={({ cron_id }) => cron_id}
        maxHeight="460px"
        rowHeight={36}
        empty={null}
      />
    </section>
  )
}

function Share({ share }: { share: number }) {
  const { i18n } = useTranslation()
  const text = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 }).format(
    share,
  )
  return (
    <span className={classes.line}>
      <span className={classes.track} aria-hidden>
        <span className={classes.part} style={{ width: `${share * 100}%` }} />
      </span>
      <span className="tabular">{text}</span>
    </span>
  )
}
