import { MultiSelect, Select, Textarea, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TriggerRule } from '../../api/scheduleTypes.ts'
import { cycleClosedBy } from '../../components/dag/graph.ts'
import { nodesOf } from './editTasks.ts'
import type { TaskFieldsProps } from './TaskForm.tsx'

const RULES: TriggerRule[] = ['all_success', 'all_done', 'one_success', 'one_failed', 'none_failed']
const CODE = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } }
/** Of thousands, as many as one would look through. */
const MOST_SHOWN = 100

/** When a task runs: after which, by which rule, on which condition, how often. */
export function TaskFlowFields({ task, path, schedule, edits, errorOf }: TaskFieldsProps) {
  const { t } = useTranslation(['scheduleForm', 'dag'])
  const [cycle, setCycle] = useState<string[] | null>(null)
  const dependsOn = task.depends_on ?? []
  const others = schedule.tasks.flatMap(({ key }) => (key === task.key ? [] : [key]))
  const choose = (keys: string[]) => {
    const added = keys.filter((key) => !dependsOn.includes(key))
    const closed = added
      .map((key) => cycleClosedBy(nodesOf(schedule), key, task.key))
      .find((one) => one !== null)
    setCycle(closed ?? null)
    if (!closed) edits.change(task.key, { depends_on: keys })
  }
  return (
    <>
      <MultiSelect
        label={t('label.depends_on')}
        description={t('help.depends_on')}
        data={[...new Set([...others, ...dependsOn])]}
        value={dependsOn}
        onChange={choose}
        searchable
        clearable
        hidePickedOptions
        limit={MOST_SHOWN}
        nothingFoundMessage={t('noOtherTasks')}
        error={cycle ? t('cycleText', { cycle: cycle.join(' → ') }) : errorOf(`${path}.depends_on`)}
        data-path={`${path}.depends_on`}
      />
      {dependsOn.length > 0 && (
        <Select
          label={t('label.trigger_rule')}
          description={t(`ruleWhy.${task.trigger_rule ?? 'all_success'}`)}
          data={RULES.map((value) => ({ value, label: t(`dag:rule.${value}`) }))}
          allowDeselect={false}
          value={task.trigger_rule ?? 'all_success'}
          onChange={(rule) =>
            edits.change(task.key, {
              trigger_rule: rule === 'all_success' ? undefined : (rule as TriggerRule),
            } as never)
          }
          error={errorOf(`${path}.trigger_rule`)}
          data-path={`${path}.trigger_rule`}
        />
      )}
      <TextInput
        label={t('label.condition')}
        description={t('help.condition')}
        placeholder="tasks.extract.result.rows > 0"
        spellCheck={false}
        autoComplete="off"
        styles={CODE}
        value={task.condition ?? ''}
        onChange={({ currentTarget }) => edits.change(task.key, { condition: currentTarget.value })}
        error={errorOf(`${path}.condition`)}
        data-path={`${path}.condition`}
      />
      <ForEach
        value={task.for_each}
        onChange={(for_each) => edits.change(task.key, { for_each } as never)}
        error={errorOf(`${path}.for_each`)}
        path={`${path}.for_each`}
      />
    </>
  )
}

interface ForEachProps {
  value: string | unknown[] | null | undefined
  onChange: (value: string | unknown[] | undefined) => void
  error: string | undefined
  path: string
}

/** An expression, or a list as JSON. */
function ForEach({ value, onChange, error, path }: ForEachProps) {
  const { t } = useTranslation('scheduleForm')
  const [text, setText] = useState(() => textOf(value))
  const told = useRef(value)
  useEffect(() => {
    // Undone, or written as YAML.
    if (JSON.stringify(told.current) !== JSON.stringify(value)) setText(textOf(value))
    told.current = value
  }, [value])
  return (
    <Textarea
      label={t('label.for_each')}
      description={t('help.for_each')}
      placeholder="tasks.list.result.files"
      autosize
      minRows={1}
      maxRows={6}
      spellCheck={false}
      styles={CODE}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value)
        told.current = listOf(currentTarget.value) ?? (currentTarget.value.trim() || undefined)
        onChange(told.current)
      }}
      error={error}
      data-path={path}
    />
  )
}

const textOf = (value: ForEachProps['value']) =>
  typeof value === 'string' ? value : value ? JSON.stringify(value) : ''

function listOf(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : null
  } catch {
    // An expression.
    return null
  }
}
