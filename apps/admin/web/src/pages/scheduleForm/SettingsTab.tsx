import {
  Autocomplete,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  Title,
} from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import type { ScheduleBody, Validation } from '../../api/scheduleTypes.ts'
import { FormSection } from '../../components/FormSection.tsx'
import { withoutNothing } from './editTasks.ts'
import { NotificationFields } from './NotificationFields.tsx'
import type { SetSchedule } from './useTaskEdits.ts'
import { WhenFields } from './WhenFields.tsx'
import { WholeNumber } from './WholeNumber.tsx'

interface Props {
  schedule: ScheduleBody
  set: SetSchedule
  errorOf: (path: string) => string | undefined
  validation: Validation | undefined
}

export interface SettingsProps extends Props {
  change: (fields: Partial<ScheduleBody>) => void
}

/** When the schedule runs, how its runs behave, whose it is, who is told. */
export function SettingsTab(props: Props) {
  const { schedule, set } = props
  const change = (fields: Partial<ScheduleBody>) =>
    set(withoutNothing({ ...schedule, ...fields }), Object.keys(fields).join())
  return (
    <Stack gap="md">
      <WhenFields {...props} change={change} />
      <GeneralFields {...props} change={change} />
      <BehaviourFields {...props} change={change} />
      <NotificationFields {...props} change={change} />
    </Stack>
  )
}

function GeneralFields({ schedule, change, errorOf }: SettingsProps) {
  const { t } = useTranslation('scheduleForm')
  const { data: facets } = api.useQuery('get', '/crons/facets')
  const names = (items?: Array<{ name: string }>) => items?.map(({ name }) => name) ?? []
  return (
    <FormSection title={t('general')}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Textarea
          label={t('label.description')}
          autosize
          minRows={3}
          maxRows={8}
          maxLength={10_000}
          value={schedule.description ?? ''}
          onChange={({ currentTarget }) => change({ description: currentTarget.value })}
          error={errorOf('description')}
          data-path="description"
        />
        <Stack gap="sm">
          <Autocomplete
            label={t('label.owner')}
            description={t('help.owner')}
            data={names(facets?.owners)}
            maxLength={255}
            value={schedule.owner ?? ''}
            onChange={(owner) => change({ owner })}
            error={errorOf('owner')}
            data-path="owner"
          />
          <TagsInput
            label={t('label.tags')}
            description={t('help.tags')}
            data={names(facets?.tags)}
            maxTags={50}
            clearable
            value={schedule.tags ?? []}
            onChange={(tags) => change({ tags })}
            error={errorOf('tags')}
            data-path="tags"
          />
          <Switch
            label={t('label.is_enabled')}
            description={t('help.is_enabled')}
            checked={schedule.is_enabled ?? true}
            onChange={({ currentTarget }) =>
              change({ is_enabled: currentTarget.checked ? undefined : false } as never)
            }
            data-path="is_enabled"
          />
          <Select
            label={t('label.engine')}
            description={t('help.engine')}
            data={[
              { value: 'jobu', label: 'jobu' },
              { value: 'airflow', label: 'Airflow' },
            ]}
            allowDeselect={false}
            value={schedule.engine ?? 'jobu'}
            onChange={(engine) => change({ engine: engine as 'jobu' })}
            error={errorOf('engine')}
            data-path="engine"
          />
        </Stack>
      </SimpleGrid>
    </FormSection>
  )
}

const OVERLAPS = ['skip', 'allow', 'buffer_one', 'replace'] as const
const MISFIRES = ['fire_once', 'fire_all', 'skip'] as const

function BehaviourFields({ schedule, change, errorOf }: SettingsProps) {
  const { t } = useTranslation(['scheduleForm', 'cronForm'])
  const misfire = schedule.misfire_policy ?? 'fire_once'
  const number = (field: 'max_active_runs' | 'misfire_limit' | 'misfire_grace_seconds') => ({
    field,
    value: schedule[field],
    onChange: (value: number | undefined) => change({ [field]: value }),
    error: errorOf(field),
    path: field,
  })
  return (
    <FormSection title={t('behaviour')} description={t('behaviourText')}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Part title={t('cronForm:overlap')}>
          <Radio.Group
            aria-label={t('cronForm:overlap')}
            value={schedule.overlap_policy ?? 'skip'}
            onChange={(policy) => change({ overlap_policy: policy as 'skip' })}
            error={errorOf('overlap_policy')}
          >
            <Stack gap="xs">
              {OVERLAPS.map((policy) => (
                <Radio
                  key={policy}
                  value={policy}
                  label={t(`cronForm:overlapPolicy.${policy}`)}
                  description={t(`cronForm:overlapWhy.${policy}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <WholeNumber {...number('max_active_runs')} byDefault={16} min={1} max={10_000} />
        </Part>
        <Part title={t('cronForm:misfire')}>
          <Radio.Group
            aria-label={t('cronForm:misfire')}
            value={misfire}
            onChange={(policy) => change({ misfire_policy: policy as 'skip' })}
            error={errorOf('misfire_policy')}
          >
            <Stack gap="xs">
              {MISFIRES.map((policy) => (
                <Radio
                  key={policy}
                  value={policy}
                  label={t(`cronForm:misfirePolicy.${policy}`)}
                  description={t(`cronForm:misfireWhy.${policy}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          {misfire === 'fire_all' && (
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <WholeNumber {...number('misfire_limit')} byDefault={100} min={1} max={10_000} />
              <WholeNumber {...number('misfire_grace_seconds')} byDefault={86_400} min={0} isSeconds />
            </SimpleGrid>
          )}
        </Part>
      </SimpleGrid>
    </FormSection>
  )
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <Stack gap="sm">
    <Title order={3} size="h5">
      {title}
    </Title>
    {children}
  </Stack>
)
