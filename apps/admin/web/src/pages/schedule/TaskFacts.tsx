import { Anchor, Badge, CloseButton, Code, Group, Paper, ScrollArea, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { TaskDefinition } from '../../api/scheduleTypes.ts'
import { kindOf } from '../../components/dag/dagTask.ts'
import { Fact } from '../../components/Fact.tsx'
import { useSeenOnPhone } from '../../components/useSeenOnPhone.ts'
import { formatDuration } from '../../time/format.ts'

/** Everything that was said of a task. */
export function TaskFacts({ task, onClose }: { task: TaskDefinition; onClose: () => void }) {
  const { t } = useTranslation(['schedules', 'dag', 'common'])
  const { handler_name, schedule_id, approval, wait_for, depends_on = [], params = {} } = task
  const frame = useSeenOnPhone<HTMLDivElement>()
  const deadline = approval?.deadline_seconds ?? wait_for?.deadline_seconds
  const facts: Array<[name: string, value: ReactNode]> = [
    [t('task.handler'), handler_name && <Handler name={handler_name} />],
    [
      t('task.schedule'),
      schedule_id && (
        <Anchor component={Link} to={`/schedules/${schedule_id}`} inherit>
          #{schedule_id}
        </Anchor>
      ),
    ],
    [t('task.event'), wait_for && <Code>{wait_for.event}</Code>],
    [t('task.role'), approval && t(`common:role.${approval.role ?? 'operator'}`)],
    [t('task.message'), approval?.message],
    [t('task.deadline'), deadline && formatDuration(deadline * 1_000)],
    [t('task.dependsOn'), depends_on.length > 0 ? depends_on.join(', ') : t('task.nothing')],
    [t('task.rule'), depends_on.length > 0 && t(`dag:rule.${task.trigger_rule ?? 'all_success'}`)],
    [t('task.condition'), task.condition && <Code>{task.condition}</Code>],
    [
      t('task.forEach'),
      task.for_each && (
        <Code>{typeof task.for_each === 'string' ? task.for_each : JSON.stringify(task.for_each)}</Code>
      ),
    ],
    [t('task.retries'), task.max_retry ? t('task.retriesOf', { count: task.max_retry }) : null],
    [t('task.timeout'), task.timeout_seconds && formatDuration(task.timeout_seconds * 1_000)],
    [t('task.queue'), task.queue && task.queue !== 'default' && task.queue],
    [t('task.priority'), task.priority ? task.priority : null],
  ]
  return (
    <Paper
      ref={frame}
      withBorder
      p="md"
      component="section"
      aria-label={task.key}
      miw={0}
      style={{ scrollMarginTop: 64 }}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb="xs">
        <Stack gap={4} miw={0}>
          <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
            {task.key}
          </Title>
          <Badge variant="light" color="gray" tt="none" size="sm">
            {t(`dag:kind.${kindOf(task)}`)}
          </Badge>
        </Stack>
        <CloseButton aria-label={t('common:close')} onClick={onClose} size={36} />
      </Group>
      {task.description && (
        <Text size="sm" mb="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
          {task.description}
        </Text>
      )}
      <Stack component="dl" m={0} gap="xs">
        {facts.flatMap(([name, value]) =>
          value ? (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ) : (
            []
          ),
        )}
        {Object.keys(params).length > 0 && (
          <Fact name={t('task.params')}>
            <ScrollArea.Autosize mah={280} viewportProps={{ tabIndex: 0, 'aria-label': t('task.params') }}>
              <Code block>{JSON.stringify(params, null, 2)}</Code>
            </ScrollArea.Autosize>
          </Fact>
        )}
      </Stack>
    </Paper>
  )
}

const Handler = ({ name }: { name: string }) => (
  <Anchor component={Link} to={`/handlers?q=${encodeURIComponent(name)}`} inherit ff="monospace">
    {name}
  </Anchor>
)
