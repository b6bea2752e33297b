import '@xyflow/react/dist/style.css'
import { useComputedColorScheme } from '@mantine/core'
import {
  Background,
  type EdgeChange,
  type NodeChange,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNarrowerThan } from '../useNarrowerThan.ts'
import classes from './Dag.module.css'
import { DagTools } from './DagTools.tsx'
import type { DagTask } from './dagTask.ts'
import { NODE_HEIGHT, NODE_WIDTH, type Positions } from './layoutDag.ts'
import { TaskNode, type TaskNodeType } from './TaskNode.tsx'
import { useDagNodes } from './useDagNodes.ts'

export interface DagEdit {
  onConnect: (parent: string, child: string) => void
  onDisconnect: (parent: string, child: string) => void
  onRemove: (keys: string[]) => void
  /** A line was drawn from a task to where there is none. */
  onAddAfter: (parent: string) => void
}

export interface DagViewProps {
  tasks: DagTask[]
  /** What the graph shows, for who hears it. */
  label: string
  selected: string | null
  onSelect: (key: string | null) => void
  /** Of the frame, as CSS. */
  height: string
  /** Given where it may be changed. */
  edit?: DagEdit
  /** Buttons at its upper left. */
  children?: ReactNode
}

const FIT = { padding: 0.12, maxZoom: 1 }
const NODE_TYPES = { task: TaskNode }
const NOTHING: ReadonlySet<string> = new Set()
const NOT_MOVED: Positions = new Map()
/** From here on only what is in sight is drawn, and so much smaller it never gets that all of it is in sight. */
const MANY = 120
const READABLE_ZOOM = 0.6
const MIN_ZOOM = { few: 0.1, many: 0.3 }

/**
 * Tasks and what waits for what, from left to right. 5,000 of them are fine: fans of alike tasks are folded to one,
 * only what is in sight is drawn, and above a hundred tasks the places are found level by level.
 */
export default function DagView(props: DagViewProps) {
  return (
    <ReactFlowProvider>
      <Graph {...props} />
    </ReactFlowProvider>
  )
}

function Graph({ tasks, label, selected, onSelect, height, edit, children }: DagViewProps) {
  const { t } = useTranslation('dag')
  const scheme = useComputedColorScheme('light')
  const { setCenter, getZoom, fitView, getNode } = useReactFlow()
  const [open, setOpen] = useState(NOTHING)
  const [moved, setMoved] = useState(NOT_MOVED)
  const [selectedEdge, setSelectedEdge] = useState<string | null>(null)
  const isEdited = edit !== undefined
  const { nodes, edges } = useDagNodes({ tasks, open, moved, selected, selectedEdge, isEdited })
  const isPhone = useNarrowerThan('sm')
  const isMany = nodes.length > MANY
  const keys = useMemo(() => tasks.map(({ key }) => key), [tasks])

  /** Brings a task into the middle, once it is drawn. */
  const show = (key: string) =>
    setTimeout(() => {
      const node = getNode(key)
      if (!node) return
      const [x, y] = [node.position.x + NODE_WIDTH / 2, node.position.y + NODE_HEIGHT / 2]
      void setCenter(x, y, { zoom: Math.max(getZoom(), 0.8) })
    }, 50)
  // Where all of it would be too small to be read it begins at the task that was asked for, or at the beginning.
  const beginning = { ...FIT, maxZoom: 0.8, nodes: nodes.slice(0, 3) }
  const beginReadable = () => {
    if (getZoom() >= READABLE_ZOOM) return
    if (selected !== null) show(selected)
    else void fitView(beginning)
  }
  // One that was added may stand where nobody looks.
  const count = nodes.length
  const known = useRef(count)
  useEffect(() => {
    if (known.current === count) return
    known.current = count
    if (!isEdited || moved.size > 0) return
    if (isMany && selected) show(selected)
    else if (!isMany) void fitView({ ...FIT, duration: 200 })
  }, [count])

  const choose = (key: string | null) => {
    const task = nodes.find(({ id }) => id === key)?.data.task
    if (task?.members) setOpen(new Set([...open, task.key]))
    else onSelect(key)
  }
  const find = (key: string) => {
    const group = nodes.find(({ data }) => data.task.members?.includes(key))?.id
    if (group) setOpen(new Set([...open, group]))
    onSelect(key)
    show(key)
  }
  const onNodesChange = (changes: NodeChange<TaskNodeType>[]) => {
    const places = changes.flatMap((change) =>
      change.type === 'position' && change.position ? [[change.id, change.position] as const] : [],
    )
    if (places.length > 0) setMoved((before) => new Map([...before, ...places]))
    const chosen = changes.flatMap((change) => (change.type === 'select' ? [change] : []))
    const on = chosen.find((change) => change.selected)
    if (on) choose(on.id)
    else if (chosen.some(({ id }) => id === selected)) onSelect(null)
  }
  const onEdgesChange = (changes: EdgeChange[]) => {
    const chosen = changes.flatMap((change) => (change.type === 'select' ? [change] : []))
    const on = chosen.find((change) => change.selected)
    if (on) setSelectedEdge(on.id)
    else if (chosen.some(({ id }) => id === selectedEdge)) setSelectedEdge(null)
  }
  return (
    <section
      className={classes.frame}
      style={{ height }}
      aria-label={label}
      data-edited={isEdited || undefined}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onPaneClick={() => onSelect(null)}
        onConnect={({ source, target }) => edit?.onConnect(source, target)}
        onConnectEnd={(_, { isValid, fromNode, toNode, fromHandle }) => {
          if (!isValid && fromNode && !toNode && fromHandle?.type === 'source') edit?.onAddAfter(fromNode.id)
        }}
        onDelete={({ nodes: gone, edges: cut }) => {
          const removed = new Set(gone.map(({ id }) => id))
          for (const { source, target } of cut)
            if (!removed.has(source) && !removed.has(target)) edit?.onDisconnect(source, target)
          if (removed.size > 0) edit?.onRemove([...removed])
        }}
        deleteKeyCode={isEdited ? ['Delete', 'Backspace'] : null}
        nodesDraggable={isEdited}
        nodesConnectable={isEdited}
        edgesFocusable={isEdited}
        connectionRadius={30}
        onlyRenderVisibleElements={isMany}
        minZoom={isMany ? MIN_ZOOM.many : MIN_ZOOM.few}
        maxZoom={1.5}
        fitView={!isMany}
        fitViewOptions={isPhone ? beginning : FIT}
        onInit={() => setTimeout(beginReadable, 50)}
        defaultViewport={{ x: 24, y: 160, zoom: 0.7 }}
        colorMode={scheme}
        ariaLabelConfig={{
          'node.a11yDescription.default': t('a11y.node'),
          'node.a11yDescription.keyboardDisabled': t('a11y.node'),
          'edge.a11yDescription.default': t('a11y.edge'),
          'node.a11yDescription.ariaLiveMessage': () => t('a11y.moved'),
        }}
        multiSelectionKeyCode={null}
        selectionKeyCode={null}
      >
        <Background gap={18} />
        <Panel position="top-right">
          <DagTools
            keys={keys}
            onFind={find}
            onLayOut={
              moved.size > 0
                ? () => {
                    setMoved(NOT_MOVED)
                    setTimeout(() => void fitView(FIT), 50)
                  }
                : undefined
            }
            onFold={open.size > 0 ? () => setOpen(NOTHING) : undefined}
          />
        </Panel>
        {children && <Panel position="top-left">{children}</Panel>}
      </ReactFlow>
    </section>
  )
}
