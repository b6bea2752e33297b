import { Button, Code, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconCheck, IconCircleDashed } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { START_ALL, START_WORKER } from './startCommands.ts'

/** What is still needed until something runs, in place of figures that would all be nought. */
export function FirstSteps({ status }: { status: Schemas['SchedulerStatus'] }) {
  const { t } = useTranslation('overview')
  const mayCreate = useMay('admin')
  const { data } = api.useQuery('get', '/crons', { params: { query: { size: 1, fields: ['id'] } } })
  const crons = data?.total ?? 0
  const { dispatchers, workers } = status
  const slots = workers.reduce((sum, worker) => sum + worker.pool_size, 0)
  return (
    <Paper withBorder p="lg" maw={760} mx="auto" mt="lg" mb="md" component="section">
      <Title order={2} size="h4">
        {t('first.title')}
      </Title>
      <Text c="dimmed" size="sm" mb="lg">
        {t('first.text')}
      </Text>
      <Stack component="ol" gap="lg" m={0} p={0} style={{ listStyle: 'none' }}>
        <Step title={t('first.dispatcher')} isDone={dispatchers.length > 0}>
          {dispatchers.length > 0 ? (
            t('first.dispatcherDone', { count: dispatchers.length })
          ) : (
            <>
              {t('first.dispatcherHow')} <Code>{START_ALL}</Code> <Code>{START_ALL} dispatcher</Code>
            </>
          )}
        </Step>
        <Step title={t('first.worker')} isDone={workers.length > 0}>
          {workers.length > 0 ? (
            t('first.workerDone', { count: workers.length, slots })
          ) : (
            <>
              {t('first.workerHow')} <Code>{START_WORKER}</Code>
            </>
          )}
        </Step>
        <Step title={t('first.cron')} isDone={crons > 0}>
          {crons > 0 ? t('first.cronDone', { count: crons }) : t('first.cronHow')}{' '}
          {crons === 0 && !mayCreate && t('first.cronViewer')}
          <Group gap="xs" mt="xs">
            {crons === 0 && mayCreate && (
              <Button component={Link} to="/crons/new">
                {t('first.createCron')}
              </Button>
            )}
            {crons > 0 && (
              <Button component={Link} to="/crons" variant="light">
                {t('first.openCrons')}
              </Button>
            )}
            <Button component={Link} to="/handlers" variant="default">
              {t('first.handlers')}
            </Button>
          </Group>
        </Step>
      </Stack>
    </Paper>
  )
}

function Step({ title, isDone, children }: { title: string; isDone: boolean; children: ReactNode }) {
  const { t } = useTranslation('overview')
  const Icon = isDone ? IconCheck : IconCircleDashed
  return (
    <Group component="li" align="flex-start" wrap="nowrap" gap="md">
      <ThemeIcon
        variant="light"
        color={isDone ? 'teal' : 'gray'}
        radius="xl"
        aria-label={t(isDone ? 'first.done' : 'first.open')}
        role="img"
      >
        <Icon size={18} aria-hidden />
      </ThemeIcon>
      <div>
        <Text fw={600}>{title}</Text>
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      </div>
    </Group>
  )
}
