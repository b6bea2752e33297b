import { Button, Group, List, Paper, Stack, Text, Textarea, UnstyledButton } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ScheduleBody } from '../../api/scheduleTypes.ts'
import type { PlacedFault } from './faults.ts'
import type { SetSchedule } from './useTaskEdits.ts'
import classes from './YamlTab.module.css'
import { readYaml, type YamlProblem, yamlOf } from './yamlText.ts'

interface Props {
  schedule: ScheduleBody
  set: SetSchedule
  /** All of what the server says, each shown with its line. */
  faults: PlacedFault[]
  onProblem: (problem: string | null) => void
}

/** All of the schedule as YAML. What the form shows follows each text that can be read; comments live only here. */
export function YamlTab({ schedule, set, faults, onProblem }: Props) {
  const { t } = useTranslation('scheduleForm')
  const [text, setText] = useState(() => yamlOf(schedule))
  const [problems, setProblems] = useState<YamlProblem[]>([])
  const field = useRef<HTMLTextAreaElement>(null)
  const told = useRef(schedule)
  useEffect(() => {
    // Undone or redone.
    if (told.current === schedule) return
    told.current = schedule
    setText(yamlOf(schedule))
    setProblems([])
    onProblem(null)
  }, [schedule])
  const type = (next: string) => {
    setText(next)
    const read = readYaml(next)
    const wrong = 'problems' in read ? read.problems : []
    setProblems(wrong)
    onProblem(wrong.length > 0 ? t('unreadable') : null)
    if ('schedule' in read && JSON.stringify(read.schedule) !== JSON.stringify(schedule)) {
      told.current = read.schedule
      set(read.schedule, 'yaml')
    }
  }
  const read = problems.length === 0 ? readYaml(text) : undefined
  const said = problems.map(({ line, code, what }) => ({ line, message: t(`yaml.${code}`, { what }) }))
  const found =
    read && 'lineOf' in read
      ? faults.map((fault) => ({ line: read.lineOf(fault), message: `${fault.path}: ${fault.message}` }))
      : []
  const goTo = (line: number) => {
    const before =
      text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0)
    const end = text.indexOf('\n', before)
    field.current?.focus()
    field.current?.setSelectionRange(before, end === -1 ? text.length : end)
    // What is chosen does not come into sight by itself.
    const height = Number.parseFloat(getComputedStyle(field.current!).lineHeight) || 20
    field.current?.scrollTo({ top: (line - 6) * height })
  }
  const load = async (file: File | undefined) => {
    if (file) type(await file.text())
  }
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed" id="yaml-help">
          {t('yaml.help')}
        </Text>
        <Button
          component="label"
          size="xs"
          variant="default"
          leftSection={<IconUpload size={14} aria-hidden />}
        >
          {t('yaml.open')}
          <input
            type="file"
            hidden
            accept=".yaml,.yml,.json"
            onChange={(event) => {
              void load(event.currentTarget.files?.[0])
              event.currentTarget.value = ''
            }}
          />
        </Button>
      </Group>
      <Textarea
        ref={field}
        label="YAML"
        aria-describedby="yaml-help"
        value={text}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        error={problems.length > 0}
        spellCheck={false}
        autoCapitalize="off"
        classNames={{ input: classes.input! }}
      />
      {(said.length > 0 || found.length > 0) && (
        <Paper withBorder p="sm" role="alert">
          <List size="sm" spacing={4} aria-label={t('faultList')}>
            {[...said, ...found].map(({ line, message }) => (
              <List.Item key={`${line} ${message}`}>
                <UnstyledButton fz="sm" c="red" onClick={() => line !== undefined && goTo(line)}>
                  {line !== undefined && (
                    <Text span inherit fw={600}>
                      {t('yaml.line', { line })}{' '}
                    </Text>
                  )}
                  {message}
                </UnstyledButton>
              </List.Item>
            ))}
          </List>
        </Paper>
      )}
    </Stack>
  )
}
