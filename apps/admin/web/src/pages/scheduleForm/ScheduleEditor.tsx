import { ActionIcon, Group, Stack, Tabs, TextInput, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { fetchClient, type Schemas } from '../../api/client.ts'
import type { Schedule, ScheduleBody } from '../../api/scheduleTypes.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import classes from '../../components/formBar.module.css'
import { LeaveGuard } from '../../components/LeaveGuard.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { readSchedulesAnew } from '../../components/scheduleActions/readSchedulesAnew.ts'
import { scrollHere } from '../../components/scrollHere.ts'
import { ChangedMeanwhile } from './ChangedMeanwhile.tsx'
import { EditorBar } from './EditorBar.tsx'
import { faultAt, type PlacedFault } from './faults.ts'
import { SettingsTab } from './SettingsTab.tsx'
import { changesOf } from './scheduleBody.ts'
import { TasksTab } from './TasksTab.tsx'
import { useHistory } from './useHistory.ts'
import { useShownFaults } from './useShownFaults.ts'
import { useTaskEdits } from './useTaskEdits.ts'
import { useValidation } from './useValidation.ts'
import { YamlTab } from './YamlTab.tsx'

const TABS = ['tasks', 'settings', 'yaml'] as const
type Tab = (typeof TABS)[number]

interface Props {
  initial: ScheduleBody
  /** The one that is changed; none: one is made. */
  schedule?: Schedule
}

/** A schedule drawn, by form and as YAML: each shows the same, and the server says what is wrong with it. */
export function ScheduleEditor(props: Props) {
  const { t } = useTranslation('scheduleForm')
  const navigate = useNavigate()
  // As it was when it was opened: what changes meanwhile is found when it is saved.
  const [{ initial, schedule }] = useState(props)
  const { now, set, undo, redo } = useHistory(initial)
  const [tab, setTab] = useState<Tab>('tasks')
  /** Why the YAML, or params as JSON, cannot be read as they stand. */
  const [problem, setProblem] = useState<string | null>(null)
  const isSaved = useRef(false)
  const edits = useTaskEdits(now, set)
  const save = useMutation({
    mutationFn: (isOver: boolean) => send(now, initial, schedule, isOver),
    onSuccess: ({ id, title }) => {
      isSaved.current = true
      notifyDone(t(schedule ? 'saved' : 'created', { title }))
      void readSchedulesAnew()
      void navigate(`/schedules/${id}`)
    },
  })
  const isConflict = save.error?.code === 'SCHEDULE_CHANGED'
  const validation = useValidation(now, isConflict ? null : save.error)
  const shown = useShownFaults({ validation, now, initial, selected: edits.selected })
  const isDirty = JSON.stringify(now) !== JSON.stringify(initial)
  useHotkeys([
    ['mod+Z', () => undo?.()],
    ['mod+shift+Z', () => redo?.()],
    ['mod+Y', () => redo?.()],
  ])

  const goTo = ({ tab: place, task, path }: Pick<PlacedFault, 'tab' | 'task' | 'path'>) => {
    if (path === 'title') return focusOn(path)
    setTab(place)
    if (place === 'tasks') edits.select(task ?? null)
    // Once the tab and the form of the task are drawn.
    setTimeout(() => focusOn(path), 80)
  }
  const submit = () => {
    shown.showAll()
    const first = validation.isCurrent ? validation.faults[0] : undefined
    if (first) goTo(first)
    else if (problem === null) save.mutate(false)
  }
  const errorOf = (path: string) => faultAt(shown.faults, path)
  const fields = { schedule: now, set, errorOf }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <LeaveGuard isDirty={isDirty} isSaved={isSaved} />
      <Stack gap="sm" className={classes.fields}>
        <Group align="flex-end" wrap="nowrap" gap="sm">
          <TextInput
            flex={1}
            maw={560}
            label={t('label.title')}
            required
            maxLength={255}
            value={now.title ?? ''}
            onChange={({ currentTarget }) => set({ ...now, title: currentTarget.value }, 'title')}
            error={errorOf('title')}
            data-path="title"
          />
          <Group gap={4} wrap="nowrap" ml="auto">
            <Step label={t('undo')} onClick={undo} icon={<IconArrowBackUp size={18} aria-hidden />} />
            <Step label={t('redo')} onClick={redo} icon={<IconArrowForwardUp size={18} aria-hidden />} />
          </Group>
        </Group>
        <Tabs value={tab} onChange={(next) => setTab(next as Tab)} keepMounted={false}>
          <Tabs.List aria-label={t('parts')} mb="sm">
            {TABS.map((one) => (
              <Tabs.Tab key={one} value={one} disabled={problem !== null && one !== tab}>
                {t(`tab.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="tasks">
            <TasksTab {...fields} edits={edits} faults={shown.faults} onProblem={setProblem} />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <SettingsTab {...fields} validation={validation.data} />
          </Tabs.Panel>
          <Tabs.Panel value="yaml">
            <YamlTab schedule={now} set={set} faults={validation.faults} onProblem={setProblem} />
          </Tabs.Panel>
        </Tabs>
        {isConflict && schedule && <ChangedMeanwhile schedule={schedule} onOver={() => save.mutate(true)} />}
        {save.error && !isConflict && save.error.details.length === 0 && (
          <div ref={scrollHere}>
            <ErrorNotice error={save.error} />
          </div>
        )}
      </Stack>
      <EditorBar
        faults={shown.faults}
        problem={problem}
        onFault={goTo}
        isNew={schedule === undefined}
        isDirty={isDirty}
        isSaving={save.isPending}
        cancelTo={schedule ? `/schedules/${schedule.id}` : '/schedules'}
      />
    </form>
  )
}

function Step({
  label,
  onClick,
  icon,
}: {
  label: string
  onClick: (() => void) | undefined
  icon: ReactNode
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={label}
        onClick={onClick}
        disabled={onClick === undefined}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}

/** @param isOver  also where somebody else has changed the tasks meanwhile */
async function send(
  now: ScheduleBody,
  before: ScheduleBody,
  schedule: Schedule | undefined,
  isOver: boolean,
): Promise<Pick<Schedule, 'id' | 'title'>> {
  if (!schedule)
    return (await fetchClient.POST('/schedules', { body: now as Schemas['ScheduleCreate'] })).data!
  const changes = changesOf(now, before) as Schemas['ScheduleUpdate']
  const version = changes.tasks && !isOver ? { version: schedule.version } : {}
  const { data } = await fetchClient.PATCH('/schedules/{id}', {
    params: { path: { id: schedule.id } },
    body: { ...changes, ...version },
  })
  return data!
}

/** The field of a fault, or the one that it is within. */
function focusOn(path: string): void {
  for (let at = path; at !== ''; at = at.replace(/(\.[^.[]+|\[\d+\]|^[^.[]+)$/, '')) {
    const field = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(at)}"]`)
    if (field) {
      field.focus()
      field.scrollIntoView({ block: 'center' })
      return
    }
  }
}
