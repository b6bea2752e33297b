import { ActionIcon, Button, Menu } from '@mantine/core'
import {
  IconAdjustments,
  IconDots,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconTrash,
} from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useMay } from '../../api/session.tsx'
import type { JobDetail } from './JobPage.tsx'
import { useJobVerbs } from './useJobVerbs.tsx'

const ChangeJobDialog = lazy(() => import('./ChangeJobDialog.tsx'))
const RunAgainDialog = lazy(() => import('./RunAgainDialog.tsx'))

/** What can be done to it now, by whom has signed in. */
export function JobActions({ job }: { job: JobDetail }) {
  const { t } = useTranslation(['job', 'common'])
  const navigate = useNavigate()
  const { retry, cancel, remove } = useJobVerbs(job, () => void navigate('/jobs', { replace: true }))
  const [dialog, setDialog] = useState<'change' | 'again' | null>(null)
  const mayOperate = useMay('operator')
  const close = () => setDialog(null)
  if (!mayOperate) return null
  return (
    <>
      {retry && (
        <Button leftSection={<IconRefresh size={16} aria-hidden />} onClick={retry}>
          {t('retry.action')}
        </Button>
      )}
      {cancel && (
        <Button
          color="red"
          variant="light"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={cancel}
          disabled={job.cancel_requested_at !== null}
          title={job.cancel_requested_at === null ? undefined : t('header.stopping')}
        >
          {t('cancel.action')}
        </Button>
      )}
      {job.status === 'PENDING' && (
        <Button
          variant="default"
          leftSection={<IconAdjustments size={16} aria-hidden />}
          onClick={() => setDialog('change')}
        >
          {t('change.action')}
        </Button>
      )}
      <Button
        variant="default"
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        onClick={() => setDialog('again')}
      >
        {t('again.action')}
      </Button>
      {remove && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label={t('common:more')}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
              {t('delete.action')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Suspense fallback={null}>
        {dialog === 'change' && <ChangeJobDialog job={job} onClose={close} />}
        {dialog === 'again' && <RunAgainDialog job={job} onClose={close} />}
      </Suspense>
    </>
  )
}
