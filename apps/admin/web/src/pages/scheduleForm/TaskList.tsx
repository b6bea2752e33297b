import { Badge, Button, Group, NavLink, Paper, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconPlus } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { DagTask } from '../../components/dag/dagTask.ts'
import { levelsOf } from '../../components/dag/graph.ts'

interface Props {
  tasks: DagTask[]
  onSelect: (key: string) => void
  onAdd: () => void
}

const ROW = 54

/** All tasks in the order they run, each a button to its form. */
export function TaskList({ tasks, onSelect, onAdd }: Props) {
  const { t } = useTranslation(['scheduleForm', 'dag'])
  const scroller = useRef<HTMLDivElement>(null)
  const ordered = useMemo(() => {
    const level = levelsOf(tasks)
    return [...tasks].sort((one, other) => level.get(one.key)! - level.get(other.key)!)
  }, [tasks])
  const virtual = useVirtualizer({
    count: ordered.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  })
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="task-list">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="task-list">
          {t('tasks')}
        </Title>
        <Badge variant="default">{tasks.length}</Badge>
      </Group>
      {tasks.length === 0 ? (
        <>
          <Text size="sm" c="dimmed" mb="sm">
            {t('firstTask')}
          </Text>
          <Button variant="light" leftSection={<IconPlus size={16} aria-hidden />} onClick={onAdd}>
            {t('addTask')}
          </Button>
        </>
      ) : (
        <div ref={scroller} style={{ maxHeight: 'max(300px, calc(100dvh - 440px))', overflow: 'auto' }}>
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const task = ordered[index]!
              return (
                <NavLink
                  key={task.key}
                  component="button"
                  type="button"
                  h={ROW}
                  style={{ position: 'absolute', top: start, borderRadius: 'var(--mantine-radius-sm)' }}
                  label={task.key}
                  description={[
                    task.label ?? t(`dag:kind.${task.kind}`),
                    task.dependsOn.length > 0 && t('dag:after', { keys: task.dependsOn.join(', ') }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                  styles={{
                    description: { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' },
                  }}
                  rightSection={
                    task.isFaulty && (
                      <IconAlertTriangle
                        size={16}
                        color="var(--mantine-color-error)"
                        aria-label={t('isFaulty')}
                      />
                    )
                  }
                  onClick={() => onSelect(task.key)}
                />
              )
            })}
          </div>
        </div>
      )}
    </Paper>
  )
}
