import { Box, Grid } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schedule, TaskDefinition } from '../../api/scheduleTypes.ts'
import { dagTaskOf } from '../../components/dag/dagTask.ts'
import { LazyDag } from '../../components/dag/LazyDag.tsx'
import { TaskFacts } from './TaskFacts.tsx'

/** The tasks that new runs begin with. */
export const GraphTab = ({ schedule }: { schedule: Schedule }) => (
  <TaskGraph tasks={schedule.tasks ?? []} title={schedule.title} timezone={schedule.timezone} />
)

/** Tasks as a graph; the chosen one in full beside it. */
export function TaskGraph({ tasks, title }: { tasks: TaskDefinition[]; title: string; timezone?: string }) {
  const { t } = useTranslation('schedules')
  const [selected, setSelected] = useState<string | null>(null)
  const drawn = useMemo(() => tasks.map(dagTaskOf), [tasks])
  const task = tasks.find(({ key }) => key === selected)
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: task ? 8 : 12 }}>
        <Box>
          <LazyDag
            tasks={drawn}
            label={t('graph.label', { title })}
            selected={selected}
            onSelect={setSelected}
            height="max(360px, calc(100dvh - 430px))"
          />
        </Box>
      </Grid.Col>
      {task && (
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <TaskFacts task={task} onClose={() => setSelected(null)} />
        </Grid.Col>
      )}
    </Grid>
  )
}
