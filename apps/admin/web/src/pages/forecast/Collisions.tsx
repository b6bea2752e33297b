import { Anchor, Box, Button, Group, Paper, Table, Text, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { formatDuration } from '../../time/format.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'

const SHOWN = 8
const NAMED = 4

/** The instants at which most crons fire, with those that take longest. */
export function Collisions({ forecast: { collisions } }: { forecast: Schemas['Forecast'] }) {
  const { t, i18n } = useTranslation('forecast')
  const [areAllShown, setAllShown] = useState(false)
  const shown = areAllShown ? collisions : collisions.slice(0, SHOWN)
  return (
    <Paper withBorder p="md" component="section" miw={0}>
      <Title order={2} size="h5">
        {t('collisions.title')}
      </Title>
      <Text size="xs" c="dimmed" mb="xs">
        {t('collisions.why')}
      </Text>
      {collisions.length === 0 ? (
        <EmptyState title={t('collisions.none')} text={t('collisions.noneText')} icon={IconCheck} />
      ) : (
        <Table.ScrollContainer minWidth={300} type="native">
          <Table aria-label={t('collisions.table')} verticalSpacing={6} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('collisions.at')}</Table.Th>
                <Table.Th ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {t('collisions.count')}
                </Table.Th>
                <Table.Th visibleFrom="sm">{t('collisions.which')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map(({ at, crons, longest }) => (
                <Table.Tr key={at}>
                  <Table.Td style={{ whiteSpace: 'nowrap', verticalAlign: 'top' }}>
                    <Instant at={at} style="minute" />
                    <Text size="xs" c="dimmed">
                      <RelativeTime at={at} />
                    </Text>
                    <Box hiddenFrom="sm" mt={4} style={{ whiteSpace: 'normal' }}>
                      <Together crons={crons} longest={longest} />
                    </Box>
                  </Table.Td>
                  <Table.Td ta="right" fw={650} className="tabular" style={{ verticalAlign: 'top' }}>
                    {crons.toLocaleString(i18n.language)}
                  </Table.Td>
                  <Table.Td visibleFrom="sm">
                    <Together crons={crons} longest={longest} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {shown.length < collisions.length && (
        <Button variant="subtle" size="xs" mt="xs" onClick={() => setAllShown(true)}>
          {t('collisions.showAll', { count: collisions.length - shown.length })}
        </Button>
      )}
    </Paper>
  )
}

function Together({ crons, longest }: Pick<Schemas['Forecast']['collisions'][number], 'crons' | 'longest'>) {
  const { t } = useTranslation('forecast')
  const named = longest.slice(0, NAMED)
  return (
    <Group gap="2px 12px">
      {named.map(({ cron_id, cron_name, expected_duration_ms, jitter_seconds }) => (
        <Text key={cron_id} size="sm" span style={{ overflowWrap: 'anywhere' }}>
          <Anchor component={Link} to={`/crons/${cron_id}`} inherit>
            {cron_name}
          </Anchor>{' '}
          <Text span size="xs" c="dimmed">
            {[
              expected_duration_ms !== null && formatDuration(expected_duration_ms),
              jitter_seconds > 0 &&
                t('collisions.jitter', { jitter: formatDuration(jitter_seconds * 1_000) }),
            ]
              .filter(Boolean)
              .join(', ')}
          </Text>
        </Text>
      ))}
      {crons > named.length && (
        <Text span size="sm" c="dimmed">
          {t('collisions.more', { count: crons - named.length })}
        </Text>
      )}
    </Group>
  )
}
