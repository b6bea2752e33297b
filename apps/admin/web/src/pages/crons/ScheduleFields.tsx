import { Grid, Group, SegmentedControl, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ExpressionHelp } from '../../components/cronPreview/ExpressionHelp.tsx'
import { PresetMenu } from '../../components/cronPreview/PresetMenu.tsx'
import { SchedulePreview } from '../../components/cronPreview/SchedulePreview.tsx'
import { usePreview } from '../../components/cronPreview/usePreview.ts'
import { FormSection } from '../../components/FormSection.tsx'
import { InstantPicker } from '../../components/InstantPicker.tsx'
import { useZoneChoices } from '../../components/useZoneChoices.ts'
import { WORDS_BELOW } from '../../components/wordsBelow.ts'
import type { FieldsProps } from './GeneralFields.tsx'

/** When it fires, with what comes of it beside. */
export function ScheduleFields({ form, errorOf }: FieldsProps) {
  const { t } = useTranslation('cronForm')
  const { cron_expression, timezone, day_match, start_at, end_at } = form.values
  const preview = usePreview({ cron_expression, timezone, day_match })
  const zones = useZoneChoices(timezone)
  const isZoneFault = preview.error?.code === 'CRON_TIMEZONE_INVALID'
  const expressionError =
    (preview.error && !isZoneFault ? preview.words : undefined) ?? errorOf('cron_expression')
  return (
    <FormSection title={t('schedule')}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Stack gap="sm">
            <TextInput
              label={t('label.cron_expression')}
              required
              placeholder="0 9 * * MON-FRI"
              autoComplete="off"
              spellCheck={false}
              maxLength={255}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              {...form.getInputProps('cron_expression')}
              error={expressionError}
            />
            <Group gap="xs">
              <PresetMenu onChoose={(expression) => form.setFieldValue('cron_expression', expression)} />
              <ExpressionHelp />
            </Group>
            <Select
              label={t('label.timezone')}
              description={t('help.timezone')}
              data={zones}
              searchable
              allowDeselect={false}
              maxDropdownHeight={280}
              {...form.getInputProps('timezone')}
              error={isZoneFault ? preview.words : errorOf('timezone')}
            />
            <div>
              <Text size="sm" fw={500} id="day-match">
                {t('label.day_match')}
              </Text>
              <Text size="xs" c="dimmed" mb={4}>
                {t('help.day_match')}
              </Text>
              <SegmentedControl
                aria-labelledby="day-match"
                data={[
                  { value: 'or', label: t('dayOr') },
                  { value: 'and', label: t('dayAnd') },
                ]}
                {...form.getInputProps('day_match')}
              />
            </div>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <InstantPicker
                label={t('label.start_at')}
                description={t('help.start_at')}
                value={start_at}
                onChange={(at) => form.setFieldValue('start_at', at)}
                zone={timezone}
                error={errorOf('start_at')}
                inputWrapperOrder={WORDS_BELOW}
                withSeconds
                clearable
              />
              <InstantPicker
                label={t('label.end_at')}
                description={t('help.end_at')}
                value={end_at}
                onChange={(at) => form.setFieldValue('end_at', at)}
                zone={timezone}
                error={errorOf('end_at')}
                inputWrapperOrder={WORDS_BELOW}
                withSeconds
                clearable
              />
            </SimpleGrid>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <SchedulePreview preview={preview} timezone={timezone} />
        </Grid.Col>
      </Grid>
    </FormSection>
  )
}
