import { Button, Group, List, Paper, Popover, Text, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconDeviceFloppy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import classes from '../../components/formBar.module.css'
import type { PlacedFault } from './faults.ts'

interface Props {
  faults: PlacedFault[]
  problem: string | null
  onFault: (fault: PlacedFault) => void
  isNew: boolean
  isDirty: boolean
  isSaving: boolean
  cancelTo: string
}

/** At the end of the window: what is wrong, each a way to it, and what saves. */
export function EditorBar({ faults, problem, onFault, isNew, isDirty, isSaving, cancelTo }: Props) {
  const { t } = useTranslation('scheduleForm')
  return (
    <Paper className={classes.bar} withBorder p="sm">
      <Group justify="space-between">
        <div aria-live="polite">
          {faults.length > 0 ? (
            <Popover position="top-start" width={420} withinPortal trapFocus>
              <Popover.Target>
                <Button
                  variant="light"
                  color="red"
                  size="sm"
                  leftSection={<IconAlertTriangle size={16} aria-hidden />}
                >
                  {t('faults', { count: faults.length })}
                </Button>
              </Popover.Target>
              <Popover.Dropdown mah={360} style={{ overflow: 'auto' }}>
                <List size="sm" spacing={6} aria-label={t('faultList')}>
                  {faults.map((fault) => (
                    <List.Item key={`${fault.path} ${fault.message}`}>
                      <UnstyledButton onClick={() => onFault(fault)} fz="sm" c="red">
                        <Text span inherit fw={600}>
                          {nameOf(fault)}
                        </Text>{' '}
                        {fault.message}
                      </UnstyledButton>
                    </List.Item>
                  ))}
                </List>
              </Popover.Dropdown>
            </Popover>
          ) : (
            <Text size="sm" c={problem ? 'red' : 'dimmed'}>
              {problem
                ? t('unreadable')
                : isDirty
                  ? t(isNew ? 'notCreated' : 'changed')
                  : !isNew && t('unchanged')}
            </Text>
          )}
        </div>
        <Group gap="xs">
          <Button component={Link} to={cancelTo} variant="default">
            {t('cancel', { ns: 'common' })}
          </Button>
          <Button
            type="submit"
            loading={isSaving}
            disabled={problem !== null || (!isNew && !isDirty)}
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          >
            {t(isNew ? 'create' : 'save')}
          </Button>
        </Group>
      </Group>
    </Paper>
  )
}

/** `extract: handler_name` for what is wrong with a task. */
const nameOf = ({ task, path }: PlacedFault) =>
  task === undefined ? path : `${task}: ${path.replace(/^tasks\[\d+\]\.?/, '')}`
