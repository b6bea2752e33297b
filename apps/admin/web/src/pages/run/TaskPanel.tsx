import { Badge, Box, CloseButton, Group, Paper, Select, Stack, Tabs, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { ArtifactTable } from '../../components/artifacts/ArtifactTable.tsx'
import { reasonText } from '../../components/ReasonText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { statusFill } from '../../components/status.ts'
import { CodeBlock } from '../job/CodeBlock.tsx'
import { DecideButtons } from './DecideButtons.tsx'
import classes from './Run.module.css'
import { TaskActions } from './TaskActions.tsx'
import { TaskDetails } from './TaskDetails.tsx'
import { TaskItems } from './TaskItems.tsx'
import { TaskLog } from './TaskLog.tsx'
import { whyText } from './waitText.ts'

interface Props {
  run: RunDetail
  task: RunTask
  onClose: () => void
}

/** One task of a run: how it is and why, its log, its attempts, its files, and what can be done to it. */
export function TaskPanel({ run, task, onClose }: Props) {
  const { t } = useTranslation(['run', 'dag', 'common'])
  const { key, status, kind, executions, items, artifacts } = task
  const [chosen, setChosen] = useState<number | null>(null)
  const execution = chosen !== null && executions.includes(chosen) ? chosen : task.execution_id
  const tabs = [
    execution !== null && 'log',
    items && 'items',
    'details',
    artifacts.length > 0 && 'files',
  ].filter((tab) => typeof tab === 'string')
  const [tab, setTab] = useState<string | null>(null)
  const shown = tabs.find((one) => one === tab) ?? tabs[0]!
  const count = { items: items?.total, files: artifacts.length } as Record<string, number | undefined>
  return (
    <Paper
      withBorder
      component="section"
      aria-label={t('taskOf', { key })}
      className={classes.panel}
      style={{ '--state': statusFill(status) } as never}
    >
      <Box className={classes.head}>
        <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
          <Group gap="xs" miw={0}>
            <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
              {key}
            </Title>
            <StatusBadge status={status} size="md" />
            <Badge variant="default" tt="none" size="sm">
              {t(`dag:kind.${kind}`)}
            </Badge>
          </Group>
          <CloseButton aria-label={t('common:close')} onClick={onClose} size={36} />
        </Group>
        <Why run={run} task={task} />
        <TaskActions run={run} task={task} />
      </Box>
      <Tabs value={shown} onChange={setTab} keepMounted={false}>
        <Tabs.List aria-label={t('taskOf', { key })} px="xs">
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`panel.${one as 'log'}`)}
              {count[one] !== undefined && ` (${count[one]})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Box className={classes.body}>
          {executions.length > 1 && execution !== null && shown !== 'items' && shown !== 'files' && (
            <Select
              size="xs"
              mb="xs"
              label={t('panel.execution')}
              data={executions.map((id, index) => ({
                value: String(id),
                label: t(index === executions.length - 1 ? 'panel.latest' : 'panel.earlier', {
                  number: index + 1,
                  id,
                }),
              }))}
              value={String(execution)}
              onChange={(id) => setChosen(Number(id))}
              allowDeselect={false}
            />
          )}
          <Tabs.Panel value="log">
            {execution !== null && <TaskLog key={execution} id={execution} />}
          </Tabs.Panel>
          <Tabs.Panel value="items">
            <TaskItems run={run} task={task} />
          </Tabs.Panel>
          <Tabs.Panel value="details">
            <TaskDetails task={task} execution={execution} />
          </Tabs.Panel>
          <Tabs.Panel value="files">
            <ArtifactTable artifacts={artifacts} label={t('panel.files')} />
          </Tabs.Panel>
        </Box>
      </Tabs>
    </Paper>
  )
}

/** Why it waits or how it ended, in words; what went wrong, with its trace. */
function Why({ run, task }: { run: RunDetail; task: RunTask }) {
  const { t } = useTranslation(['run', 'reasons'])
  const { reason, error_message, error, status, waiting_for, approval } = task
  const why = whyText(run, task, t)
  const message = error?.message ?? error_message
  const trace = error?.trace
  if (!reason && !why && !message && !trace) return null
  return (
    <Stack gap={6} mt="xs">
      {reason && (
        <Text size="sm" fw={600}>
          {reasonText(reason)}
        </Text>
      )}
      {why && <Text size="sm">{why}</Text>}
      {approval?.message && waiting_for === 'approval' && (
        <Text size="sm" fw={600}>
          {approval.message}
        </Text>
      )}
      {message && !trace?.includes(message) && (
        <Text
          size="sm"
          c={status === 'FAILED' || status === 'TIMEOUT' ? 'var(--mantine-color-error)' : undefined}
          style={{ overflowWrap: 'anywhere' }}
        >
          {message}
        </Text>
      )}
      {trace && (
        <Box mah={220} style={{ overflow: 'hidden', display: 'grid' }}>
          <CodeBlock label={t('trace')}>{trace}</CodeBlock>
        </Box>
      )}
      {waiting_for === 'approval' && (
        <Box mt={4}>
          <DecideButtons run={run} task={task} />
        </Box>
      )}
    </Stack>
  )
}
