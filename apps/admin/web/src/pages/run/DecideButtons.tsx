import { Button, Group, Text } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { useMay } from '../../api/session.tsx'
import { openForm } from '../../components/openForm.tsx'
import { DecisionForm } from './DecisionForm.tsx'

/** Approve and reject, for whom the task asks for; others read who decides. */
export function DecideButtons({ run, task }: { run: RunDetail; task: RunTask }) {
  const { t } = useTranslation(['run', 'common'])
  const role = task.approval?.role === 'admin' ? 'admin' : 'operator'
  const mayDecide = useMay(role)
  if (!mayDecide) return <Text size="sm">{t('decide.byRole', { role: t(`common:role.${role}`) })}</Text>
  const open = (verdict: 'approve' | 'reject') =>
    openForm(t(`decide.${verdict}Title`, { key: task.key }), ({ close }) => (
      <DecisionForm run={run} task={task} verdict={verdict} close={close} />
    ))
  return (
    <Group gap="xs">
      <Button size="xs" leftSection={<IconCheck size={14} aria-hidden />} onClick={() => open('approve')}>
        {t('decide.approve')}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconX size={14} color="var(--mantine-color-red-6)" aria-hidden />}
        onClick={() => open('reject')}
      >
        {t('decide.reject')}
      </Button>
    </Group>
  )
}
