import {
  IconBellRinging,
  IconCalendarEvent,
  IconCode,
  IconFilterQuestion,
  IconRepeat,
  IconStack2,
  IconUserCheck,
  type TablerIcon,
} from '@tabler/icons-react'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { memo } from 'react'
import type { TaskKind } from '../../api/scheduleTypes.ts'
import { statusFill } from '../status.ts'
import { STATUS_ICON } from '../statusIcon.ts'
import type { DrawnTask } from './collapseAlike.ts'
import classes from './Dag.module.css'

export const KIND_ICON: Record<TaskKind, TablerIcon> = {
  handler: IconCode,
  schedule: IconCalendarEvent,
  approval: IconUserCheck,
  event: IconBellRinging,
}

/** What is said of a task, in the language of the page: made once for all, as there may be thousands. */
export interface TaskWords {
  kind: string
  rule: string | undefined
  status: string | undefined
  condition: string | undefined
  each: string | undefined
  many: string | undefined
}

export type TaskNodeType = Node<{ task: DrawnTask; words: TaskWords; isEdited: boolean }, 'task'>

/** One task in the graph: what it is, when it runs, and, of a run, how it is. */
export const TaskNode = memo(function TaskNode({ data, selected }: NodeProps<TaskNodeType>) {
  const { task, words, isEdited } = data
  const Icon = KIND_ICON[task.kind]
  const isStill = isEdited ? undefined : true
  const StatusIcon = task.status && STATUS_ICON[task.status]
  return (
    <div
      className={classes.node}
      data-selected={selected || undefined}
      data-faulty={task.isFaulty || undefined}
      data-many={task.members ? true : undefined}
      data-status={task.status}
      style={task.status ? ({ '--state': statusFill(task.status) } as never) : undefined}
      title={task.key}
    >
      <Handle
        type="target"
        position={Position.Left}
        className={classes.handle!}
        isConnectable={isEdited}
        data-still={isStill}
      />
      <div className={classes.line}>
        <span className={classes.sign} title={words.kind}>
          <Icon size={15} aria-hidden />
        </span>
        <span className={classes.key}>{task.key}</span>
        {words.condition && (
          <span className={classes.sign} title={words.condition}>
            <IconFilterQuestion size={14} aria-hidden />
          </span>
        )}
        {words.each && (
          <span className={classes.sign} title={words.each}>
            <IconRepeat size={14} aria-hidden />
          </span>
        )}
      </div>
      <div className={classes.line}>
        {words.status ? (
          <span className={classes.status}>
            {StatusIcon && <StatusIcon size={13} stroke={2.4} className={classes.mark!} aria-hidden />}
            {words.status}
            {task.note && ` · ${task.note}`}
          </span>
        ) : (
          <span className={classes.label}>{task.label ?? words.kind}</span>
        )}
        {words.rule && <span className={classes.chip}>{words.rule}</span>}
        {words.many && (
          <span className={classes.chip}>
            <IconStack2 size={11} aria-hidden /> {words.many}
          </span>
        )}
      </div>
      <Handle
        type="source"
        position={Position.Right}
        className={classes.handle!}
        isConnectable={isEdited}
        data-still={isStill}
      />
    </div>
  )
})
