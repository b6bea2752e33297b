import { Group, Input, NumberInput, SegmentedControl, Stack } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { InstantPicker } from '../../components/InstantPicker.tsx'
import { formatDuration } from '../../time/format.ts'
import type { NewJob } from './NewJobDialog.tsx'

/** When it starts: now, after a delay, at a time. */
export function StartFields({ form }: { form: UseFormReturnType<NewJob> }) {
  const { t } = useTranslation(['jobs', 'common'])
  const { start, delaySeconds, at } = form.values
  return (
    <Stack gap="xs">
      <Input.Wrapper label={t('new.start')} labelElement="div">
        <Group>
          <SegmentedControl
            aria-label={t('new.start')}
            data={(['now', 'delay', 'at'] as const).map((value) => ({ value, label: t(`new.${value}`) }))}
            {...form.getInputProps('start')}
          />
        </Group>
      </Input.Wrapper>
      {start === 'delay' && (
        <NumberInput
          label={t('new.delaySeconds')}
          description={delaySeconds === '' ? undefined : formatDuration(Number(delaySeconds) * 1_000)}
          min={1}
          max={31_536_000}
          allowDecimal={false}
          required
          {...form.getInputProps('delaySeconds')}
        />
      )}
      {start === 'at' && (
        <InstantPicker
          label={t('new.runAt')}
          value={at}
          onChange={(next) => form.setFieldValue('at', next)}
          error={form.errors.at ?? form.errors.scheduled_time}
          placeholder="YYYY-MM-DD HH:mm"
          clearable
        />
      )}
    </Stack>
  )
}
