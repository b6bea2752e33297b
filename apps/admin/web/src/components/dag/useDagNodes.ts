import { type Edge, MarkerType } from '@xyflow/react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { collapseAlike, type DrawnTask } from './collapseAlike.ts'
import type { DagTask } from './dagTask.ts'
import { layoutDag, NODE_HEIGHT, NODE_WIDTH, type Positions } from './layoutDag.ts'
import type { TaskNodeType, TaskWords } from './TaskNode.tsx'

/** Known beforehand, so that what is out of sight need not be measured. */
const HANDLES = [
  { type: 'target', position: 'left', x: 0, y: NODE_HEIGHT / 2, width: 1, height: 1 },
  { type: 'source', position: 'right', x: NODE_WIDTH, y: NODE_HEIGHT / 2, width: 1, height: 1 },
] as TaskNodeType['handles']

interface Options {
  tasks: DagTask[]
  /** Groups of alike tasks that were opened. */
  open: ReadonlySet<string>
  /** Where somebody has put a task. */
  moved: Positions
  selected: string | null
  selectedEdge: string | null
  isEdited: boolean
}

export const edgeId = (parent: string, child: string) => JSON.stringify([parent, child])

/** The tasks as what the graph draws. It is laid out anew only when tasks or dependencies change, not their states. */
export function useDagNodes({ tasks, open, moved, selected, selectedEdge, isEdited }: Options) {
  const { t } = useTranslation(['dag', 'common'])
  const drawn = useMemo(() => collapseAlike(tasks, open), [tasks, open])
  const shape = JSON.stringify(drawn.map(({ key, dependsOn }) => [key, dependsOn]))
  const positions = useMemo(() => layoutDag(drawn), [shape])
  const words = useMemo(() => new Map(drawn.map((task) => [task.key, wordsOf(task, t)])), [drawn, t])
  const nodes = useMemo(
    () =>
      drawn.map((task): TaskNodeType => {
        const said = words.get(task.key)!
        return {
          id: task.key,
          type: 'task',
          position: moved.get(task.key) ?? positions.get(task.key)!,
          width: NODE_WIDTH,
          height: NODE_HEIGHT,
          handles: HANDLES!,
          selected: task.key === selected,
          // It stands for others: each of them is deleted by itself.
          deletable: isEdited && !task.members,
          connectable: isEdited && !task.members,
          ariaLabel: [
            task.key,
            said.kind,
            task.label,
            said.rule,
            said.status,
            said.many,
            task.dependsOn.length > 0 && t('after', { keys: task.dependsOn.join(', ') }),
          ]
            .filter(Boolean)
            .join(', '),
          data: { task, words: said, isEdited },
        }
      }),
    [drawn, words, positions, moved, selected, isEdited, t],
  )
  const edges = useMemo(() => {
    const known = new Set(drawn.map(({ key }) => key))
    return drawn.flatMap(({ key, dependsOn }) =>
      dependsOn
        .filter((parent) => known.has(parent))
        .map((parent): Edge => {
          const id = edgeId(parent, key)
          const isNear = parent === selected || key === selected
          return {
            id,
            source: parent,
            target: key,
            selected: id === selectedEdge,
            focusable: isEdited,
            ariaLabel: t('edge', { parent, child: key }),
            markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
            ...(isNear && { style: { stroke: 'var(--mantine-primary-color-filled)' }, zIndex: 1 }),
          }
        }),
    )
  }, [shape, selected, selectedEdge, isEdited, t])
  return { nodes, edges }
}

function wordsOf(task: DrawnTask, t: ReturnType<typeof useTranslation<['dag', 'common']>>['t']): TaskWords {
  return {
    kind: t(`kind.${task.kind}`),
    rule: task.rule && task.rule !== 'all_success' ? t(`rule.${task.rule}`) : undefined,
    status: task.status && t(`common:status.${task.status}`),
    condition: task.hasCondition ? t('hasCondition') : undefined,
    each: task.isEach ? t('isEach') : undefined,
    many: task.members && t('many', { count: task.members.length }),
  }
}
