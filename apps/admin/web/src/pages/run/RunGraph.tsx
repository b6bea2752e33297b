import { Button } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { DagTask } from '../../components/dag/dagTask.ts'
import { LazyDag } from '../../components/dag/LazyDag.tsx'
import { formatDuration } from '../../time/format.ts'
import type { TaskViews } from './RunPage.tsx'
import { noteOf } from './waitText.ts'

/** Of so many tasks not all are in sight. */
const MANY = 40

/** The tasks and what waits for what, each with its state as it changes. */
export function RunGraph({ run, selected, onSelect }: TaskViews) {
  const { t } = useTranslation('run')
  const { tasks } = run
  const failed = run.task_counts.FAILED
  const drawn = useMemo(
    () =>
      tasks.map(
        (task): DagTask => ({
          key: task.key,
          dependsOn: task.depends_on,
          kind: task.kind,
          label: task.handler_name ?? undefined,
          rule: task.trigger_rule,
          isEach: task.items !== null,
          status: task.status,
          note: noteOf(task, t, formatDuration),
        }),
      ),
    [tasks, t],
  )
  return (
    <LazyDag
      tasks={drawn}
      label={t('graph', { id: run.id })}
      selected={selected}
      onSelect={onSelect}
      height="max(420px, calc(100dvh - 330px))"
    >
      {tasks.length > MANY && failed > 0 && (
        <Button
          component={Link}
          to="?tab=tasks&status=FAILED"
          size="xs"
          variant="default"
          leftSection={<IconX size={14} color="var(--mantine-color-red-6)" aria-hidden />}
        >
          {t('failedOf', { count: failed })}
        </Button>
      )}
    </LazyDag>
  )
}
