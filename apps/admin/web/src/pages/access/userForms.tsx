import { Alert, PasswordInput, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, queryClient, type Schemas } from '../../api/client.ts'
import { notifyDone } from '../../components/notify.tsx'
import { FormFrame } from './FormFrame.tsx'
import { faultsOf, MIN_PASSWORD, passwordFault } from './faults.ts'
import { RoleSelect } from './RoleSelect.tsx'

interface Props {
  user: Schemas['User']
  close: () => void
}

function useUpdate(done: string, close: () => void) {
  return api.useMutation('patch', '/users/{id}', {
    onSuccess: () => {
      notifyDone(done)
      close()
      return queryClient.invalidateQueries({ queryKey: ['get', '/users'] })
    },
  })
}

/** Another role for someone. */
export function RoleForm({ user: { id, name, role: before }, close }: Props) {
  const { t } = useTranslation(['access', 'common'])
  const [role, setRole] = useState(before)
  const update = useUpdate(t('users.roleDone', { name, role: t(`role.${role}`, { ns: 'common' }) }), close)
  return (
    <FormFrame
      submit={t('save', { ns: 'common' })}
      onSubmit={(event) => {
        event?.preventDefault()
        if (role === before) close()
        else update.mutate({ params: { path: { id } }, body: { role } })
      }}
      onCancel={close}
      isRunning={update.isPending}
      error={update.error}
    >
      <RoleSelect value={role} onChange={setRole} />
    </FormFrame>
  )
}

/** Another password for someone else. */
export function ResetForm({ user: { id, name }, close }: Props) {
  const { t } = useTranslation('access')
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (password) => passwordFault(password, name) },
  })
  const update = useUpdate(t('users.resetDone', { name }), close)
  const faults = update.error ? faultsOf(update.error) : {}
  return (
    <FormFrame
      submit={t('users.reset')}
      onSubmit={form.onSubmit((body) => update.mutate({ params: { path: { id } }, body }))}
      onCancel={close}
      isRunning={update.isPending}
      error={Object.keys(faults).length > 0 ? null : update.error}
    >
      <Text size="sm">{t('users.resetText', { name })}</Text>
      {name === 'admin' && <Alert color="orange">{t('users.resetAdmin')}</Alert>}
      <PasswordInput
        label={t('field.password')}
        description={t('users.passwordHint', { count: MIN_PASSWORD })}
        autoComplete="new-password"
        data-autofocus
        {...form.getInputProps('password')}
        error={form.errors.password ?? faults.password}
      />
    </FormFrame>
  )
}
