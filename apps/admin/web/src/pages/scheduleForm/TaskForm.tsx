import {
  ActionIcon,
  CloseButton,
  Group,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  Title,
  Tooltip,
} from '@mantine/core'
import { IconCopy, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { ScheduleBody, TaskDefinition, TaskKind } from '../../api/scheduleTypes.ts'
import { kindOf } from '../../components/dag/dagTask.ts'
import { useSeenOnPhone } from '../../components/useSeenOnPhone.ts'
import type { PlacedFault } from './faults.ts'
import { KeyField } from './KeyField.tsx'
import { TaskFlowFields } from './TaskFlowFields.tsx'
import { TaskLimitFields } from './TaskLimitFields.tsx'
import { TaskWorkFields } from './TaskWorkFields.tsx'
import type { TaskEdits } from './useTaskEdits.ts'

export interface TaskFieldsProps {
  task: TaskDefinition
  /** Of its fields' faults: `tasks[2]`. */
  path: string
  schedule: ScheduleBody
  edits: TaskEdits
  faults: PlacedFault[]
  errorOf: (path: string) => string | undefined
  onProblem: (problem: string | null) => void
}

const KINDS: TaskKind[] = ['handler', 'schedule', 'approval', 'event']

/** All of one task. */
export function TaskForm(props: TaskFieldsProps) {
  const { t } = useTranslation(['scheduleForm', 'dag', 'common'])
  const { task, path, schedule, edits, errorOf, onProblem } = props
  const kind = kindOf(task)
  const frame = useSeenOnPhone<HTMLDivElement>()
  return (
    <Paper
      ref={frame}
      withBorder
      p="md"
      component="section"
      aria-label={t('taskForm', { key: task.key })}
      miw={0}
      style={{ scrollMarginTop: 64 }}
    >
      <Group justify="space-between" wrap="nowrap" mb="sm">
        <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
          {task.key}
        </Title>
        <Group gap={2} wrap="nowrap">
          <Tooltip label={t('copyTask')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t('copyTask')}
              onClick={() => edits.copy(task.key)}
            >
              <IconCopy size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t('removeTask')}>
            <ActionIcon
              variant="subtle"
              color="red"
              size={36}
              aria-label={t('removeTask')}
              onClick={() => edits.remove([task.key])}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <CloseButton size={36} aria-label={t('backToList')} onClick={() => edits.select(null)} />
        </Group>
      </Group>
      <Whole errors={props.faults.filter((fault) => fault.path === path).map(({ message }) => message)} />
      <Stack gap="sm">
        <KeyField
          value={task.key}
          taken={schedule.tasks.map(({ key }) => key)}
          onChange={(key) => edits.rename(task.key, key)}
          error={errorOf(`${path}.key`)}
          path={`${path}.key`}
        />
        <div>
          <Text size="sm" fw={500} mb={4} id="task-kind">
            {t('label.kind')}
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="task-kind"
            data={KINDS.map((value) => ({ value, label: t(`dag:kind.${value}`) }))}
            value={kind}
            onChange={(next) => {
              edits.changeKind(task.key, next as TaskKind)
              onProblem(null)
            }}
          />
        </div>
        <TaskWorkFields {...props} />
        <TaskFlowFields {...props} />
        <TaskLimitFields {...props} />
        <Textarea
          label={t('label.description')}
          autosize
          minRows={1}
          maxRows={6}
          value={task.description ?? ''}
          onChange={({ currentTarget }) => edits.change(task.key, { description: currentTarget.value })}
          error={errorOf(`${path}.description`)}
          data-path={`${path}.description`}
        />
      </Stack>
    </Paper>
  )
}

/** What is wrong with the task as a whole. */
const Whole = ({ errors }: { errors: string[] }) =>
  errors.length === 0 ? null : (
    <Text size="sm" c="red" role="alert" mb="sm">
      {errors.join('; ')}
    </Text>
  )
