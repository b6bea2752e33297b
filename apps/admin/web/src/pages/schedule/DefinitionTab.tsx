import { Code, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { Fact } from '../../components/Fact.tsx'
import { formatDuration } from '../../time/format.ts'
import { Instant } from '../../time/Instant.tsx'
import { bodyOf } from '../scheduleForm/scheduleBody.ts'
import { YamlView } from './YamlView.tsx'

/** All that was said of the schedule, in words and as the file it can be made from again. */
export function DefinitionTab({ schedule }: { schedule: Schedule }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <Stack gap="md" miw={0}>
        <When schedule={schedule} />
        <Behaviour schedule={schedule} />
        <Messages schedule={schedule} />
      </Stack>
      <YamlView value={bodyOf(schedule)} name={schedule.title} />
    </SimpleGrid>
  )
}

function When({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const { timezone, start_date, end_date, cron_expression, frequency, day_match } = schedule
  return (
    <Part title={t('when')}>
      <Fact name={t('definition.rule')}>{schedule.schedule_in_words}</Fact>
      {frequency && <Fact name={t('frequency')}>{t(`frequencies.${frequency}`)}</Fact>}
      {cron_expression && (
        <Fact name={t('definition.cron')}>
          <Code>{cron_expression}</Code>
          {day_match === 'and' && ` ${t('definition.dayMatchAnd')}`}
        </Fact>
      )}
      <Fact name={t('definition.timezone')}>{timezone}</Fact>
      <Fact name={t('definition.startDate')}>
        <Instant at={start_date} cronZone={timezone} />
      </Fact>
      <Fact name={t('definition.endDate')}>
        <Instant at={end_date} cronZone={timezone} />
      </Fact>
    </Part>
  )
}

function Behaviour({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation(['schedules', 'cronForm'])
  const { overlap_policy, max_active_runs, misfire_policy, misfire_limit, misfire_grace_seconds } = schedule
  return (
    <Part title={t('definition.behaviour')}>
      <Fact name={t('definition.overlap')}>{t(`cronForm:overlapPolicy.${overlap_policy}`)}</Fact>
      <Fact name={t('definition.maxActive')}>{max_active_runs}</Fact>
      <Fact name={t('definition.misfire')}>
        {t(`cronForm:misfirePolicy.${misfire_policy}`)}
        {misfire_policy === 'fire_all' &&
          ` (${t('definition.misfireLimits', {
            count: misfire_limit,
            age: formatDuration(misfire_grace_seconds * 1_000),
          })})`}
      </Fact>
      <Fact name={t('engineName')}>{schedule.engine === 'airflow' ? 'Airflow' : 'jobu'}</Fact>
      <Fact name={t('createdAt')}>
        <Instant at={schedule.created_at} />
      </Fact>
      <Fact name={t('updatedAt')}>
        <Instant at={schedule.updated_at} />
      </Fact>
    </Part>
  )
}

function Messages({ schedule: { notifications } }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const { on_success, on_failure, recipients = [], webhooks = [], templates = {} } = notifications
  const occasions = [on_success && t('definition.onSuccess'), on_failure && t('definition.onFailure')].filter(
    Boolean,
  )
  return (
    <Part title={t('definition.notifications')}>
      <Fact name={t('definition.mail')}>
        {occasions.length === 0 || recipients.length === 0
          ? t('definition.noMail')
          : `${occasions.join(', ')}: ${recipients.join(', ')}`}
      </Fact>
      {webhooks.map(({ url, on = ['success', 'failure'] }) => (
        <Fact key={url} name={t('definition.webhook')}>
          {url}{' '}
          <Text span size="xs" c="dimmed">
            {on
              .map((one) => t(one === 'success' ? 'definition.onSuccess' : 'definition.onFailure'))
              .join(', ')}
          </Text>
        </Fact>
      ))}
      {Object.keys(templates).length > 0 && (
        <Fact name={t('definition.templates')}>{Object.keys(templates).join(', ')}</Fact>
      )}
    </Part>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      <SimpleGrid component="dl" cols={{ base: 1, sm: 2 }} m={0} spacing="sm">
        {children}
      </SimpleGrid>
    </Paper>
  )
}
