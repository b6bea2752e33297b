import { Autocomplete, SimpleGrid, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { FormSection } from '../../components/FormSection.tsx'
import type { CronValues } from './cronValues.ts'
import type { ErrorOf } from './useFieldErrors.ts'

export interface FieldsProps {
  form: UseFormReturnType<CronValues>
  errorOf: ErrorOf
}

/** What it is called, whose it is, whether it fires. */
export function GeneralFields({ form, errorOf }: FieldsProps) {
  const { t } = useTranslation('cronForm')
  const { data: facets } = api.useQuery('get', '/crons/facets')
  const names = (items?: Array<{ name: string }>) => items?.map(({ name }) => name) ?? []
  return (
    <FormSection title={t('general')}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="sm">
          <TextInput
            label={t('label.name')}
            required
            maxLength={255}
            {...form.getInputProps('name')}
            error={errorOf('name')}
          />
          <Textarea
            label={t('label.description')}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={10_000}
            {...form.getInputProps('description')}
            error={errorOf('description')}
          />
        </Stack>
        <Stack gap="sm">
          <Autocomplete
            label={t('label.owner')}
            description={t('help.owner')}
            data={names(facets?.owners)}
            maxLength={255}
            {...form.getInputProps('owner')}
            error={errorOf('owner')}
          />
          <TagsInput
            label={t('label.tags')}
            description={t('help.tags')}
            data={names(facets?.tags)}
            maxTags={50}
            clearable
            {...form.getInputProps('tags')}
            error={errorOf('tags')}
          />
          <Switch
            label={t('label.is_enabled')}
            description={t('help.is_enabled')}
            {...form.getInputProps('is_enabled', { type: 'checkbox' })}
          />
        </Stack>
      </SimpleGrid>
    </FormSection>
  )
}
