import { Alert, Badge, Paper, Skeleton, Table, Text, Title, Tooltip } from '@mantine/core'
import { IconClockExclamation } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { useZone } from '../../time/zone.tsx'

const COUNT = 10

/** When it fires next, and which of these times the clocks' change moves or shows twice. */
export function NextRuns({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  const zone = useZone().nameFor(cron.timezone)
  const isOwnZone = zone === cron.timezone
  const { data, error, refetch } = api.useQuery('get', '/crons/{id}/next', {
    params: { path: { id: cron.id }, query: { count: COUNT } },
  })
  const effectAt = new Map(data?.daylight_saving?.map(({ at, effect }) => [at, effect]))
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="next-runs" miw={0}>
      <Title order={2} size="h5" id="next-runs" mb="xs">
        {t('plan.next')}
      </Title>
      {error && <ErrorNotice error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton h={280} />}
      {data && !data.scheduler_running && cron.is_enabled && (
        <Alert color="orange" mb="xs" p="xs">
          {t('head.stopped')}
        </Alert>
      )}
      {data && data.next.length > 0 && (
        <Table.ScrollContainer minWidth={300}>
          <Table aria-label={t('plan.nextLabel', { count: data.next.length })} verticalSpacing={5} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('plan.at')}</Table.Th>
                <Table.Th>{t('plan.when')}</Table.Th>
                {!isOwnZone && <Table.Th visibleFrom="xs">{t('plan.ownTime')}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.next.map((at) => (
                <Table.Tr key={at}>
                  <Table.Td>
                    <Instant at={at} cronZone={cron.timezone} /> <ClockChange effect={effectAt.get(at)} />
                  </Table.Td>
                  <Table.Td>
                    <RelativeTime at={at} cronZone={cron.timezone} />
                  </Table.Td>
                  {!isOwnZone && (
                    <Table.Td visibleFrom="xs" className="tabular">
                      {formatInstant(at, cron.timezone, 'minute')} {zoneLabel(cron.timezone, at)}
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {data && (data.ends || data.runs_left !== null) && (
        <Text size="sm" c="dimmed" mt="xs">
          {data.ends && t(`plan.ends_${data.ends}`)}{' '}
          {data.runs_left !== null && t('plan.runsLeft', { count: data.runs_left })}
        </Text>
      )}
      {[...new Set(effectAt.values())].map((effect) => (
        <Text key={effect} size="xs" c="dimmed" mt="xs">
          <ClockChange effect={effect} /> {isKnown(effect) ? t(`plan.dst_${effect}`) : effect}
        </Text>
      ))}
    </Paper>
  )
}

const isKnown = (effect: string): effect is 'moved' | 'repeated' =>
  effect === 'moved' || effect === 'repeated'

function ClockChange({ effect }: { effect: string | undefined }) {
  const { t } = useTranslation('cron')
  if (!effect) return null
  return (
    <Tooltip label={isKnown(effect) ? t(`plan.dst_${effect}`) : effect} multiline maw={320}>
      <Badge
        color="orange"
        variant="light"
        tt="none"
        size="sm"
        leftSection={<IconClockExclamation size={12} aria-hidden />}
      >
        {t('plan.note')}
      </Badge>
    </Tooltip>
  )
}
