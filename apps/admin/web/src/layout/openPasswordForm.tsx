import { Skeleton } from '@mantine/core'
import i18next from 'i18next'
import { lazy, Suspense } from 'react'
import { currentSession } from '../api/session.tsx'
import { openForm } from '../components/openForm.tsx'

const PasswordForm = lazy(() =>
  import('../pages/access/PasswordForm.tsx').then((module) => ({ default: module.PasswordForm })),
)

/** Lets a person change their password. */
export function openPasswordForm(): void {
  openForm(i18next.t('passwordForm.title', { ns: 'access' }), ({ close }) => (
    <Suspense fallback={<Skeleton h={320} />}>
      <PasswordForm name={currentSession()?.name ?? ''} close={close} />
    </Suspense>
  ))
}
