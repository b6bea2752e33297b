import { PasswordInput, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { renewSession } from '../../api/session.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { FormFrame } from './FormFrame.tsx'
import { faultsOf, MIN_PASSWORD, passwordFault } from './faults.ts'

/** One's own password. @param name  of who changes it */
export function PasswordForm({ name, close }: { name: string; close: () => void }) {
  const { t } = useTranslation('access')
  const form = useForm({
    initialValues: { current_password: '', new_password: '', again: '' },
    validate: {
      new_password: (password) => passwordFault(password, name),
      again: (again, { new_password }) => (again === new_password ? null : t('fault.notSame')),
    },
  })
  const change = api.useMutation('post', '/auth/password', {
    onSuccess: (session) => {
      notifyDone(t('passwordForm.done'))
      close()
      renewSession(session)
    },
    onError: (error) => form.setErrors(faultsOf(error)),
  })
  const isByField = change.error && Object.keys(faultsOf(change.error)).length > 0
  return (
    <FormFrame
      submit={t('passwordForm.submit')}
      onSubmit={form.onSubmit(({ again: _, ...body }) => change.mutate({ body }))}
      onCancel={close}
      isRunning={change.isPending}
      error={isByField ? null : change.error}
    >
      <Text size="sm" c="dimmed">
        {t('passwordForm.text')}
      </Text>
      <PasswordInput
        label={t('passwordForm.current')}
        autoComplete="current-password"
        data-autofocus
        {...form.getInputProps('current_password')}
      />
      <PasswordInput
        label={t('passwordForm.next')}
        description={t('passwordForm.hint', { count: MIN_PASSWORD })}
        autoComplete="new-password"
        {...form.getInputProps('new_password')}
      />
      <PasswordInput
        label={t('passwordForm.again')}
        autoComplete="new-password"
        {...form.getInputProps('again')}
      />
    </FormFrame>
  )
}
