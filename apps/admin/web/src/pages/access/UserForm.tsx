import { PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { api, queryClient } from '../../api/client.ts'
import type { Role } from '../../api/session.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { FormFrame } from './FormFrame.tsx'
import { faultsOf, MIN_PASSWORD, nameFault, passwordFault } from './faults.ts'
import { RoleSelect } from './RoleSelect.tsx'

/** Makes a user. */
export function UserForm({ close }: { close: () => void }) {
  const { t } = useTranslation('access')
  const form = useForm({
    initialValues: { name: '', password: '', role: 'viewer' as Role },
    validate: { name: nameFault, password: (password, { name }) => passwordFault(password, name) },
  })
  const create = api.useMutation('post', '/users', {
    onSuccess: ({ name }) => {
      notifyDone(t('users.created', { name }))
      close()
      return queryClient.invalidateQueries({ queryKey: ['get', '/users'] })
    },
    onError: (error) => form.setErrors(faultsOf(error)),
  })
  const isByField = create.error && Object.keys(faultsOf(create.error)).length > 0
  return (
    <FormFrame
      submit={t('users.create')}
      onSubmit={form.onSubmit((body) =>
        create.mutate({ body: { ...body, name: body.name.trim(), is_enabled: true } }),
      )}
      onCancel={close}
      isRunning={create.isPending}
      error={isByField ? null : create.error}
    >
      <TextInput
        label={t('field.name')}
        description={t('users.nameHint')}
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <PasswordInput
        label={t('field.password')}
        description={t('users.passwordHint', { count: MIN_PASSWORD })}
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <RoleSelect value={form.values.role} onChange={(role) => form.setFieldValue('role', role)} />
    </FormFrame>
  )
}
