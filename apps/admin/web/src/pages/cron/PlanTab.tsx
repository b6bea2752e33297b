import { Code, Group, Paper, ScrollArea, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { CopyIcon } from '../../components/CopyIcon.tsx'
import { Fact } from '../../components/Fact.tsx'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { NextRuns } from './NextRuns.tsx'
import { policiesInWords } from './policiesInWords.ts'

/** What comes next, by which rules, and with what params. */
export function PlanTab({ cron }: { cron: Schemas['Cron'] }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <Stack gap="lg" miw={0}>
        <NextRuns cron={cron} />
        <Params cron={cron} />
      </Stack>
      <Policies cron={cron} />
    </SimpleGrid>
  )
}

function Policies({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  const zone = useZone().nameFor(cron.timezone)
  const showInstant = (at: string) => `${formatInstant(at, zone)} ${zoneLabel(zone, at)}`
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="policies">
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2} size="h5" id="policies">
          {t('plan.policies')}
        </Title>
        <Text size="xs" c="dimmed">
          {t('plan.changed', { version: cron.version, at: showInstant(cron.updated_at) })}
        </Text>
      </Group>
      <Stack component="dl" m={0} gap="sm">
        {policiesInWords(cron, t, showInstant).map(({ id, name, text }) => (
          <Fact key={id} name={name}>
            {text}
          </Fact>
        ))}
      </Stack>
    </Paper>
  )
}

function Params({ cron: { handler_params } }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  const text = JSON.stringify(handler_params, null, 2)
  const isEmpty = Object.keys(handler_params).length === 0
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="params" miw={0}>
      <Group justify="space-between">
        <Title order={2} size="h5" id="params">
          {t('plan.params')}
        </Title>
        {!isEmpty && <CopyIcon text={text} label={t('plan.copyParams')} />}
      </Group>
      <Text size="xs" c="dimmed" mb="xs">
        {t(isEmpty ? 'plan.noParams' : 'plan.paramsWhy')}
      </Text>
      {!isEmpty && (
        <ScrollArea.Autosize mah={360} viewportProps={{ tabIndex: 0, 'aria-label': t('plan.params') }}>
          <Code block>{text}</Code>
        </ScrollArea.Autosize>
      )}
    </Paper>
  )
}
