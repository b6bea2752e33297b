import { Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { HandlerNotice } from '../../components/cronActions/HandlerNotice.tsx'
import { kindOf } from '../../components/dag/dagTask.ts'
import { HandlerChoice } from '../../components/HandlerChoice.tsx'
import { JsonEditor } from '../../components/params/JsonEditor.tsx'
import { ParamsEditor } from '../../components/params/ParamsEditor.tsx'
import { faultsWithin } from './faults.ts'
import { SchedulePicker } from './SchedulePicker.tsx'
import type { TaskFieldsProps } from './TaskForm.tsx'
import { WholeNumber } from './WholeNumber.tsx'

/** What a task does: a handler and its params, another schedule, or waiting for a person or an event. */
export function TaskWorkFields(props: TaskFieldsProps) {
  const kind = kindOf(props.task)
  if (kind === 'schedule') return <OtherSchedule {...props} />
  if (kind === 'approval') return <Approval {...props} />
  return kind === 'event' ? <Event {...props} /> : <Handler {...props} />
}

function Handler({ task, path, schedule, edits, faults, errorOf, onProblem }: TaskFieldsProps) {
  const { t } = useTranslation('scheduleForm')
  const name = task.handler_name ?? ''
  return (
    <Stack gap="sm">
      <HandlerChoice
        value={name}
        onChange={(next) => {
          // The params of one handler mean nothing to another.
          edits.change(task.key, { handler_name: next, params: {} })
          onProblem(null)
        }}
        error={errorOf(`${path}.handler_name`)}
        path={`${path}.handler_name`}
      />
      {schedule.engine === 'airflow' && (
        <Select
          label={t('label.operator')}
          description={t('help.operator')}
          data={['jobu', 'bash', 'python', 'http']}
          allowDeselect={false}
          value={task.operator ?? 'jobu'}
          onChange={(operator) => edits.change(task.key, { operator: operator as 'jobu' })}
          error={errorOf(`${path}.operator`)}
          data-path={`${path}.operator`}
        />
      )}
      {name !== '' && (
        <div tabIndex={-1} data-path={`${path}.params`}>
          <HandlerNotice name={name} />
          <Text size="sm" fw={500} mt="xs">
            {t('label.params')}
          </Text>
          <Text size="xs" c="dimmed" mb={6}>
            {t('help.params', { example: '{{ tasks.extract.result.path }}' })}
          </Text>
          <ParamsEditor
            handlerName={name}
            value={task.params ?? {}}
            onChange={(params, problem) => {
              edits.change(task.key, { params })
              onProblem(problem)
            }}
            errors={faultsWithin(faults, `${path}.params`)}
            isNarrow
          />
        </div>
      )}
    </Stack>
  )
}

function OtherSchedule({ task, path, edits, errorOf, onProblem }: TaskFieldsProps) {
  const { t } = useTranslation('scheduleForm')
  return (
    <Stack gap="sm">
      <SchedulePicker
        value={task.schedule_id ?? null}
        onChange={(schedule_id) => edits.change(task.key, { schedule_id })}
        error={errorOf(`${path}.schedule_id`)}
        path={`${path}.schedule_id`}
      />
      <Text size="xs" c="dimmed">
        {t('help.scheduleParams')}
      </Text>
      <JsonEditor
        value={task.params ?? {}}
        onChange={(params, problem) => {
          edits.change(task.key, { params })
          onProblem(problem)
        }}
      />
    </Stack>
  )
}

function Approval({ task, path, edits, errorOf }: TaskFieldsProps) {
  const { t } = useTranslation(['scheduleForm', 'common'])
  const approval = task.approval ?? {}
  const change = (fields: typeof approval) =>
    edits.change(task.key, {
      approval: Object.fromEntries(
        Object.entries({ ...approval, ...fields }).filter(([, one]) => one !== '' && one !== null),
      ),
    })
  return (
    <Stack gap="sm">
      <Select
        label={t('label.role')}
        data={(['operator', 'admin'] as const).map((value) => ({ value, label: t(`common:role.${value}`) }))}
        allowDeselect={false}
        value={approval.role ?? 'operator'}
        onChange={(role) => change({ role: role as 'operator' })}
        error={errorOf(`${path}.approval.role`)}
        data-path={`${path}.approval.role`}
      />
      <Textarea
        label={t('label.message')}
        description={t('help.message')}
        autosize
        minRows={2}
        maxRows={6}
        value={approval.message ?? ''}
        onChange={({ currentTarget }) => change({ message: currentTarget.value })}
        error={errorOf(`${path}.approval.message`)}
        data-path={`${path}.approval.message`}
      />
      <WholeNumber
        field="deadline_seconds"
        value={approval.deadline_seconds}
        onChange={(deadline_seconds) => change({ deadline_seconds: deadline_seconds ?? null })}
        min={1}
        isSeconds
        error={errorOf(`${path}.approval.deadline_seconds`)}
        path={`${path}.approval.deadline_seconds`}
      />
    </Stack>
  )
}

function Event({ task, path, edits, errorOf }: TaskFieldsProps) {
  const { t } = useTranslation('scheduleForm')
  const event = task.wait_for ?? { event: '' }
  return (
    <Stack gap="sm">
      <TextInput
        label={t('label.event')}
        description={t('help.event')}
        required
        value={event.event}
        onChange={({ currentTarget }) =>
          edits.change(task.key, { wait_for: { ...event, event: currentTarget.value } })
        }
        error={errorOf(`${path}.wait_for.event`)}
        data-path={`${path}.wait_for.event`}
      />
      <WholeNumber
        field="deadline_seconds"
        value={event.deadline_seconds}
        onChange={(deadline_seconds) =>
          edits.change(task.key, {
            wait_for: { event: event.event, ...(deadline_seconds !== undefined && { deadline_seconds }) },
          })
        }
        min={1}
        isSeconds
        error={errorOf(`${path}.wait_for.deadline_seconds`)}
        path={`${path}.wait_for.deadline_seconds`}
      />
    </Stack>
  )
}
