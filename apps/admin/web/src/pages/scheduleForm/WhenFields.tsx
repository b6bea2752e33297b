import {
  Grid,
  Group,
  Paper,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Frequency, ScheduleBody } from '../../api/scheduleTypes.ts'
import { ExpressionHelp } from '../../components/cronPreview/ExpressionHelp.tsx'
import { PresetMenu } from '../../components/cronPreview/PresetMenu.tsx'
import { SchedulePreview } from '../../components/cronPreview/SchedulePreview.tsx'
import { usePreview } from '../../components/cronPreview/usePreview.ts'
import { FormSection } from '../../components/FormSection.tsx'
import { InstantPicker } from '../../components/InstantPicker.tsx'
import { useZoneChoices } from '../../components/useZoneChoices.ts'
import { WORDS_BELOW } from '../../components/wordsBelow.ts'
import { Instant } from '../../time/Instant.tsx'
import type { SettingsProps } from './SettingsTab.tsx'
import { WholeNumber } from './WholeNumber.tsx'

type How = Frequency | 'none' | 'cron'
const HOW: How[] = ['none', 'once', 'hourly', 'daily', 'weekly', 'monthly', 'cron']
const NOTHING = {
  frequency: undefined,
  cron_expression: undefined,
  time: undefined,
  minute: undefined,
  day_of_week: undefined,
  day_of_month: undefined,
}
/** What a frequency begins with when it is chosen. */
const BEGIN: Record<How, object> = {
  none: {},
  cron: {},
  once: { frequency: 'once' },
  hourly: { frequency: 'hourly', minute: 0 },
  daily: { frequency: 'daily', time: '09:00' },
  weekly: { frequency: 'weekly', time: '09:00', day_of_week: 1 },
  monthly: { frequency: 'monthly', time: '09:00', day_of_month: 1 },
}
const WEEK = [1, 2, 3, 4, 5, 6, 0]
const MONTH = Array.from({ length: 31 }, (_, index) => index + 1)

const howOf = ({ frequency, cron_expression }: ScheduleBody): How =>
  frequency ?? (cron_expression ? 'cron' : 'none')

/** When it runs, by a frequency and its time or by a cron expression, and what comes of that. */
export function WhenFields({ schedule, change, errorOf, validation }: SettingsProps) {
  const { t } = useTranslation(['scheduleForm', 'schedules', 'cronForm'])
  // An expression that is still to be typed is none yet.
  const [isCron, setIsCron] = useState(howOf(schedule) === 'cron')
  const how = isCron && !schedule.frequency ? 'cron' : howOf(schedule)
  const timezone = schedule.timezone ?? 'Asia/Seoul'
  const day_match = schedule.day_match ?? 'or'
  const zones = useZoneChoices(timezone)
  const expression = how === 'cron' ? (schedule.cron_expression ?? '') : (validation?.cron ?? '')
  const preview = usePreview({
    cron_expression: how === 'none' || how === 'once' ? '' : expression,
    timezone,
    day_match,
  })
  return (
    <FormSection title={t('when')}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Stack gap="sm">
            <Select
              label={t('label.how')}
              data={HOW.map((value) => ({ value, label: t(`schedules:frequencies.${value}`) }))}
              allowDeselect={false}
              value={how}
              onChange={(next) => {
                setIsCron(next === 'cron')
                change({ ...NOTHING, ...BEGIN[next as How] } as Partial<ScheduleBody>)
              }}
              error={errorOf('frequency')}
              data-path="frequency"
            />
            {how === 'cron' && <CronFields {...{ schedule, change, errorOf, preview }} />}
            <FrequencyFields {...{ how, schedule, change, errorOf }} />
            <Select
              label={t('cronForm:label.timezone')}
              description={t('help.timezone')}
              data={zones}
              searchable
              allowDeselect={false}
              maxDropdownHeight={280}
              value={timezone}
              onChange={(zone) => zone && change({ timezone: zone })}
              error={errorOf('timezone')}
              data-path="timezone"
            />
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <InstantPicker
                label={t(how === 'once' ? 'label.once' : 'label.start_date')}
                description={t(how === 'once' ? 'help.once' : 'help.start_date')}
                value={schedule.start_date}
                onChange={(at) => change({ start_date: at })}
                zone={timezone}
                error={errorOf('start_date')}
                inputWrapperOrder={WORDS_BELOW}
                clearable
                data-path="start_date"
              />
              {how !== 'once' && (
                <InstantPicker
                  label={t('label.end_date')}
                  description={t('help.end_date')}
                  value={schedule.end_date}
                  onChange={(at) => change({ end_date: at })}
                  zone={timezone}
                  error={errorOf('end_date')}
                  inputWrapperOrder={WORDS_BELOW}
                  clearable
                  data-path="end_date"
                />
              )}
            </SimpleGrid>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          {how === 'none' || how === 'once' ? (
            <Paper p="sm" bg="light-dark(#f6f7f9, #16181b)" mih={120}>
              <Text size="sm" c="dimmed" component="div">
                {how === 'none' ? (
                  t('byHand')
                ) : schedule.start_date ? (
                  <>
                    {t('onceAt')} <Instant at={schedule.start_date} cronZone={timezone} />
                  </>
                ) : (
                  t('onceWhen')
                )}
              </Text>
            </Paper>
          ) : (
            <SchedulePreview preview={preview} timezone={timezone} />
          )}
        </Grid.Col>
      </Grid>
    </FormSection>
  )
}

type Fields = Pick<SettingsProps, 'schedule' | 'change' | 'errorOf'>

function CronFields({
  schedule,
  change,
  errorOf,
  preview,
}: Fields & { preview: ReturnType<typeof usePreview> }) {
  const { t } = useTranslation(['scheduleForm', 'cronForm'])
  return (
    <>
      <TextInput
        label={t('cronForm:label.cron_expression')}
        required
        placeholder="0 9 * * MON-FRI"
        autoComplete="off"
        spellCheck={false}
        maxLength={255}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={schedule.cron_expression ?? ''}
        onChange={({ currentTarget }) => change({ cron_expression: currentTarget.value })}
        error={preview.words ?? errorOf('cron_expression')}
        data-path="cron_expression"
      />
      <Group gap="xs">
        <PresetMenu onChoose={(cron_expression) => change({ cron_expression })} />
        <ExpressionHelp />
      </Group>
      <div>
        <Text size="sm" fw={500} id="day-match">
          {t('cronForm:label.day_match')}
        </Text>
        <Text size="xs" c="dimmed" mb={4}>
          {t('cronForm:help.day_match')}
        </Text>
        <SegmentedControl
          aria-labelledby="day-match"
          data={[
            { value: 'or', label: t('cronForm:dayOr') },
            { value: 'and', label: t('cronForm:dayAnd') },
          ]}
          value={schedule.day_match ?? 'or'}
          onChange={(match) => change({ day_match: match === 'and' ? 'and' : undefined } as never)}
        />
      </div>
    </>
  )
}

/** The time of a frequency. */
function FrequencyFields({ how, schedule, change, errorOf }: Fields & { how: How }) {
  const { t, i18n } = useTranslation('scheduleForm')
  if (how === 'hourly')
    return (
      <WholeNumber
        field="minute"
        value={schedule.minute}
        onChange={(minute) => change({ minute } as never)}
        byDefault={0}
        min={0}
        max={59}
        error={errorOf('minute')}
        path="minute"
      />
    )
  if (how !== 'daily' && how !== 'weekly' && how !== 'monthly') return null
  const dayName = new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' })
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      {how === 'weekly' && (
        <Select
          label={t('label.day_of_week')}
          // 2026-02-01 was a Sunday.
          data={WEEK.map((day) => ({
            value: String(day),
            label: dayName.format(Date.UTC(2026, 1, 1 + day)),
          }))}
          allowDeselect={false}
          value={String(schedule.day_of_week ?? 1)}
          onChange={(day) => change({ day_of_week: Number(day) })}
          error={errorOf('day_of_week')}
          data-path="day_of_week"
        />
      )}
      {how === 'monthly' && (
        <Select
          label={t('label.day_of_month')}
          data={MONTH.map((day) => ({ value: String(day), label: day === 31 ? t('lastDay') : String(day) }))}
          allowDeselect={false}
          value={String(schedule.day_of_month ?? 1)}
          onChange={(day) => change({ day_of_month: Number(day) })}
          error={errorOf('day_of_month')}
          data-path="day_of_month"
        />
      )}
      <TextInput
        type="time"
        label={t('label.time')}
        value={schedule.time ?? ''}
        onChange={({ currentTarget }) => change({ time: currentTarget.value })}
        error={errorOf('time')}
        data-path="time"
      />
    </SimpleGrid>
  )
}
