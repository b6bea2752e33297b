import { Alert, Button, Grid, Group, Text } from '@mantine/core'
import { IconPlus, IconRefreshAlert } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { ScheduleBody } from '../../api/scheduleTypes.ts'
import { dagTaskOf } from '../../components/dag/dagTask.ts'
import { LazyDag } from '../../components/dag/LazyDag.tsx'
import type { PlacedFault } from './faults.ts'
import { TaskForm } from './TaskForm.tsx'
import { TaskList } from './TaskList.tsx'
import classes from './TasksTab.module.css'
import type { TaskEdits } from './useTaskEdits.ts'

interface Props {
  schedule: ScheduleBody
  edits: TaskEdits
  faults: PlacedFault[]
  errorOf: (path: string) => string | undefined
  onProblem: (problem: string | null) => void
}

/** The tasks, drawn; beside them the form of the chosen one, or all of them as a list, which needs no mouse. */
export function TasksTab({ schedule, edits, faults, errorOf, onProblem }: Props) {
  const { t } = useTranslation('scheduleForm')
  const faulty = new Set(faults.flatMap(({ task }) => task ?? []))
  const faultyKeys = [...faulty].join('\n')
  const tasks = useMemo(
    () => schedule.tasks.map((task) => ({ ...dagTaskOf(task), isFaulty: faulty.has(task.key) })),
    [schedule.tasks, faultyKeys],
  )
  const index = schedule.tasks.findIndex(({ key }) => key === edits.selected)
  const add = (
    <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => edits.add()}>
      {t('addTask')}
    </Button>
  )
  return (
    <>
      {edits.cycle && (
        <Alert
          color="red"
          mb="sm"
          role="alert"
          icon={<IconRefreshAlert aria-hidden />}
          title={t('cycleTitle')}
          withCloseButton
          closeButtonLabel={t('close', { ns: 'common' })}
          onClose={() => edits.select(edits.selected)}
        >
          {t('cycleText', { cycle: edits.cycle.join(' → ') })}
        </Alert>
      )}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7, xl: 8 }}>
          <div className={classes.graph}>
            <LazyDag
              tasks={tasks}
              label={t('graph')}
              selected={edits.selected}
              onSelect={edits.select}
              height="max(320px, calc(100dvh - 372px))"
              edit={{
                onConnect: edits.connect,
                onDisconnect: edits.disconnect,
                onRemove: edits.remove,
                onAddAfter: edits.add,
              }}
            >
              <Group gap="xs">
                {add}
                {tasks.length === 0 && (
                  <Text size="sm" c="dimmed">
                    {t('noTasks')}
                  </Text>
                )}
              </Group>
            </LazyDag>
            <Text size="xs" c="dimmed" mt={6}>
              {t('drawingHelp')}
            </Text>
          </div>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5, xl: 4 }}>
          {index >= 0 ? (
            <TaskForm
              key={edits.opened}
              task={schedule.tasks[index]!}
              path={`tasks[${index}]`}
              schedule={schedule}
              edits={edits}
              faults={faults}
              errorOf={errorOf}
              onProblem={onProblem}
            />
          ) : (
            <TaskList tasks={tasks} onSelect={edits.select} onAdd={() => edits.add()} />
          )}
        </Grid.Col>
      </Grid>
    </>
  )
}
