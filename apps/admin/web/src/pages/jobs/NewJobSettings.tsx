import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { NewJob } from './NewJobDialog.tsx'

/** What a job seldom needs other than by default. */
export function NewJobSettings({ form }: { form: UseFormReturnType<NewJob> }) {
  const { t } = useTranslation(['jobs', 'common'])
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <NumberInput
        label={t('column.priority')}
        description={t('new.priorityHint')}
        min={-32_768}
        max={32_767}
        allowDecimal={false}
        {...form.getInputProps('priority')}
      />
      <TextInput
        label={t('column.queue')}
        description={t('new.queueHint')}
        placeholder="default"
        {...form.getInputProps('queue')}
      />
      <NumberInput
        label={t('new.retries')}
        description={t('new.retriesHint')}
        min={0}
        allowDecimal={false}
        {...form.getInputProps('max_retry')}
      />
      <NumberInput
        label={t('new.timeout')}
        description={t('new.timeoutHint')}
        min={1}
        allowDecimal={false}
        {...form.getInputProps('timeout_seconds')}
      />
      <NumberInput
        label={t('new.retryDelay')}
        description={t('new.retryDelayHint')}
        min={0}
        allowDecimal={false}
        disabled={!form.values.max_retry}
        {...form.getInputProps('retry_delay_seconds')}
      />
      <Select
        label={t('new.backoff')}
        description={t('new.backoffHint')}
        data={(['exponential', 'fixed'] as const).map((value) => ({ value, label: t(`new.${value}`) }))}
        allowDeselect={false}
        disabled={!form.values.max_retry}
        {...form.getInputProps('retry_backoff')}
      />
    </SimpleGrid>
  )
}
