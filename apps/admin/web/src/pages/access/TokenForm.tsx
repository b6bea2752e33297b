import { Alert, Button, Code, CopyButton, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, queryClient, type Schemas } from '../../api/client.ts'
import type { Role } from '../../api/session.tsx'
import type { FormWindow } from '../../components/openForm.tsx'
import { FormFrame } from './FormFrame.tsx'
import { faultsOf } from './faults.ts'
import { RoleSelect } from './RoleSelect.tsx'

const DAYS = [7, 30, 90, 365]
const FOREVER = 'forever'

/** Makes a token and then shows it, once. */
export function TokenForm({ close, hold }: FormWindow) {
  const { t } = useTranslation('access')
  const form = useForm({
    initialValues: { name: '', role: 'viewer' as Role, days: '90' },
    validate: { name: (name) => (name.trim() ? null : t('fault.nameMissing')) },
  })
  const create = api.useMutation('post', '/tokens', {
    onSuccess: () => {
      hold()
      return queryClient.invalidateQueries({ queryKey: ['get', '/tokens'] })
    },
    onError: (error) => form.setErrors(faultsOf(error)),
  })
  if (create.data) return <MadeToken token={create.data} close={close} />
  const isByField = create.error && Object.keys(faultsOf(create.error)).length > 0
  return (
    <FormFrame
      submit={t('tokens.create')}
      onSubmit={form.onSubmit(({ name, role, days }) =>
        create.mutate({
          body: { name: name.trim(), role, expires_in_days: days === FOREVER ? null : Number(days) },
        }),
      )}
      onCancel={close}
      isRunning={create.isPending}
      error={isByField ? null : create.error}
    >
      <TextInput
        label={t('field.name')}
        description={t('tokens.nameHint')}
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <RoleSelect value={form.values.role} onChange={(role) => form.setFieldValue('role', role)} />
      <Select
        label={t('tokens.expiry')}
        description={form.values.days === FOREVER ? t('tokens.noExpiryHint') : undefined}
        allowDeselect={false}
        data={[
          ...DAYS.map((count) => ({ value: String(count), label: t('tokens.days', { count }) })),
          { value: FOREVER, label: t('tokens.noExpiry') },
        ]}
        {...form.getInputProps('days')}
      />
    </FormFrame>
  )
}

function MadeToken({ token: { name, token }, close }: { token: Schemas['NewApiToken']; close: () => void }) {
  const { t } = useTranslation(['access', 'common'])
  return (
    <Stack>
      <Alert color="orange" title={t('tokens.madeTitle', { name })} role="status">
        {t('tokens.madeText')}
      </Alert>
      <div>
        <Text size="sm" fw={550} mb={4}>
          {t('tokens.token')}
        </Text>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {token}
        </Code>
      </div>
      <Text size="xs" c="dimmed">
        {t('tokens.use')} <Code>Authorization: Bearer …</Code>
      </Text>
      <Group justify="flex-end">
        <CopyButton value={token}>
          {({ copied, copy }) => (
            <Button
              data-autofocus
              variant="light"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            >
              {t(copied ? 'copied' : 'copy', { ns: 'common' })}
            </Button>
          )}
        </CopyButton>
        <Button onClick={close}>{t('tokens.copied')}</Button>
      </Group>
    </Stack>
  )
}
