import { Radio, SegmentedControl, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { FormSection } from '../../components/FormSection.tsx'
import { WORDS_BELOW } from '../../components/wordsBelow.ts'
import type { FieldsProps } from './GeneralFields.tsx'
import { NumberField } from './NumberField.tsx'

const OVERLAPS = ['skip', 'allow', 'buffer_one', 'replace'] as const
const MISFIRES = ['fire_once', 'fire_all', 'skip'] as const

/** What happens when runs meet, are missed, fail or take too long. */
export function PolicyFields({ form, errorOf }: FieldsProps) {
  const { t } = useTranslation('cronForm')
  const { misfire_policy, max_retry } = form.values
  const number = { form, errorOf }
  return (
    <FormSection title={t('policies')} description={t('policiesText')}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing="lg">
        <Policy title={t('overlap')}>
          <Radio.Group
            aria-label={t('overlap')}
            {...form.getInputProps('overlap_policy')}
            error={errorOf('overlap_policy')}
          >
            <Stack gap="xs">
              {OVERLAPS.map((policy) => (
                <Radio
                  key={policy}
                  value={policy}
                  label={t(`overlapPolicy.${policy}`)}
                  description={t(`overlapWhy.${policy}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
        </Policy>
        <Policy title={t('misfire')}>
          <Radio.Group
            aria-label={t('misfire')}
            {...form.getInputProps('misfire_policy')}
            error={errorOf('misfire_policy')}
          >
            <Stack gap="xs">
              {MISFIRES.map((policy) => (
                <Radio
                  key={policy}
                  value={policy}
                  label={t(`misfirePolicy.${policy}`)}
                  description={t(`misfireWhy.${policy}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          {misfire_policy === 'fire_all' && (
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <NumberField {...number} field="misfire_limit" min={1} max={10_000} />
              <NumberField {...number} field="misfire_grace_seconds" min={0} max={2_147_483_647} isSeconds />
            </SimpleGrid>
          )}
        </Policy>
        <Policy title={t('retries')}>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberField {...number} field="max_retry" min={0} max={1_000} />
            <NumberField
              {...number}
              field="retry_delay_seconds"
              min={0}
              max={604_800}
              isSeconds
              isDisabled={max_retry === 0}
            />
          </SimpleGrid>
          <div>
            <Text size="sm" fw={500} mb={4} id="retry-backoff">
              {t('label.retry_backoff')}
            </Text>
            <SegmentedControl
              aria-labelledby="retry-backoff"
              disabled={max_retry === 0}
              data={[
                { value: 'exponential', label: t('backoff.exponential') },
                { value: 'fixed', label: t('backoff.fixed') },
              ]}
              {...form.getInputProps('retry_backoff')}
            />
          </div>
        </Policy>
        <Policy title={t('limits')}>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberField {...number} field="timeout_seconds" min={1} max={2_147_483} isSeconds isOptional />
            <NumberField {...number} field="pause_after_failures" min={1} max={2_147_483_647} isOptional />
            <NumberField {...number} field="max_runs" min={1} max={2_147_483_647} isOptional />
            <NumberField {...number} field="jitter_seconds" min={0} max={86_400} isSeconds />
          </SimpleGrid>
        </Policy>
        <Policy title={t('placement')}>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberField {...number} field="priority" min={-32_768} max={32_767} />
            <TextInput
              label={t('label.queue')}
              description={t('help.queue')}
              inputWrapperOrder={WORDS_BELOW}
              maxLength={100}
              {...form.getInputProps('queue')}
              error={errorOf('queue')}
            />
          </SimpleGrid>
        </Policy>
      </SimpleGrid>
    </FormSection>
  )
}

function Policy({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  )
}
