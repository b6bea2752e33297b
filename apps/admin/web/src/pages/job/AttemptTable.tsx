import { Badge, Box, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ReasonText } from '../../components/ReasonText.tsx'
import { STATUS_COLOR } from '../../components/status.ts'
import { formatDuration } from '../../time/format.ts'
import { Instant } from '../../time/Instant.tsx'
import type { Run } from './attemptSpans.ts'
import { useOutcomeText } from './useOutcomeText.ts'

/** Newest first: that is the one somebody asks about. */
export function AttemptTable({ runs }: { runs: Run[] }) {
  const { t } = useTranslation(['job', 'common'])
  const outcome = useOutcomeText()
  return (
    <Box mah={360} tabIndex={0} style={{ overflow: 'auto' }}>
      <Table verticalSpacing={6} aria-labelledby="attempts" styles={{ th: { whiteSpace: 'nowrap' } }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('attempts.number')}</Table.Th>
            <Table.Th scope="col">{t('attempts.outcome')}</Table.Th>
            <Table.Th scope="col">{t('attempts.started')}</Table.Th>
            <Table.Th scope="col">{t('attempts.duration')}</Table.Th>
            <Table.Th scope="col">{t('attempts.worker')}</Table.Th>
            <Table.Th scope="col">{t('attempts.reason')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.toReversed().map((run) => (
            <Table.Tr key={run.attempt}>
              <Table.Td className="tabular">{run.attempt}</Table.Td>
              <Table.Td>
                <Badge
                  color={run.status === 'RELEASED' ? 'gray' : STATUS_COLOR[run.status]}
                  variant="light"
                  size="sm"
                  className="jobu-badge"
                  tt="none"
                >
                  {outcome(run.status)}
                </Badge>
              </Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                <Instant at={run.started_at} />
              </Table.Td>
              <Table.Td className="tabular" style={{ whiteSpace: 'nowrap' }}>
                {run.duration_ms === null ? '–' : formatDuration(run.duration_ms)}
              </Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{run.worker_id ?? '–'}</Table.Td>
              <Table.Td maw={320}>
                {run.reason && <ReasonText code={run.reason} />}
                {run.error_message && (
                  <Text size="xs" c="dimmed" lineClamp={2} title={run.error_message}>
                    {run.error_message}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  )
}
