import {
  Autocomplete,
  Collapse,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  UnstyledButton,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { kindOf } from '../../components/dag/dagTask.ts'
import { WORDS_BELOW } from '../../components/wordsBelow.ts'
import type { TaskFieldsProps } from './TaskForm.tsx'
import { WholeNumber } from './WholeNumber.tsx'

const FIELDS = [
  'max_retry',
  'retry_delay_seconds',
  'retry_backoff',
  'timeout_seconds',
  'queue',
  'priority',
] as const

/** What happens when a task fails or takes too long, and where it runs; folded away while nothing is said of it. */
export function TaskLimitFields({ task, path, edits, errorOf }: TaskFieldsProps) {
  const { t } = useTranslation(['scheduleForm', 'cronForm'])
  const isSaid = FIELDS.some((field) => task[field] !== undefined)
  const hasFault = FIELDS.some((field) => errorOf(`${path}.${field}`))
  const [isOpen, { toggle }] = useDisclosure(isSaid)
  const { data } = api.useQuery('get', '/queues')
  const queues = data?.items.map(({ name }) => name) ?? []
  if (kindOf(task) !== 'handler') return null
  const Chevron = isOpen || hasFault ? IconChevronDown : IconChevronRight
  const common = (field: (typeof FIELDS)[number]) => ({
    error: errorOf(`${path}.${field}`),
    path: `${path}.${field}`,
    onChange: (value: number | undefined) => edits.change(task.key, { [field]: value } as never),
  })
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={isOpen || hasFault} fw={500} fz="sm" mih={36}>
        <Chevron size={14} aria-hidden style={{ verticalAlign: '-2px' }} /> {t('limits')}
      </UnstyledButton>
      <Collapse expanded={isOpen || hasFault}>
        <Stack gap="sm" pt={4}>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 1, lg: 2 }}>
            <WholeNumber
              field="max_retry"
              value={task.max_retry}
              byDefault={0}
              min={0}
              max={1_000}
              {...common('max_retry')}
            />
            <WholeNumber
              field="retry_delay_seconds"
              value={task.retry_delay_seconds}
              byDefault={10}
              min={0}
              max={604_800}
              isSeconds
              isDisabled={!task.max_retry}
              {...common('retry_delay_seconds')}
            />
          </SimpleGrid>
          <div>
            <Text size="sm" fw={500} mb={4} id="task-backoff">
              {t('cronForm:label.retry_backoff')}
            </Text>
            <SegmentedControl
              aria-labelledby="task-backoff"
              disabled={!task.max_retry}
              data={(['exponential', 'fixed'] as const).map((value) => ({
                value,
                label: t(`cronForm:backoff.${value}`),
              }))}
              value={task.retry_backoff ?? 'exponential'}
              onChange={(next) => edits.change(task.key, { retry_backoff: next as 'fixed' })}
            />
          </div>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 1, lg: 2 }}>
            <WholeNumber
              field="timeout_seconds"
              value={task.timeout_seconds}
              min={1}
              max={2_147_483}
              isSeconds
              {...common('timeout_seconds')}
            />
            <WholeNumber
              field="priority"
              value={task.priority}
              byDefault={0}
              min={-32_768}
              max={32_767}
              {...common('priority')}
            />
          </SimpleGrid>
          <Autocomplete
            label={t('label.queue')}
            description={t('cronForm:help.queue')}
            inputWrapperOrder={WORDS_BELOW}
            placeholder="default"
            data={queues}
            maxLength={100}
            value={task.queue ?? ''}
            onChange={(queue) => edits.change(task.key, { queue })}
            error={errorOf(`${path}.queue`)}
            data-path={`${path}.queue`}
          />
        </Stack>
      </Collapse>
    </div>
  )
}
