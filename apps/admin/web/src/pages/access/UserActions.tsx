import { ActionIcon, Menu, Text } from '@mantine/core'
import { IconDots, IconKey, IconShield, IconTrash, IconUserCheck, IconUserOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { fetchClient, queryClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone, notifyError } from '../../components/notify.tsx'
import { openForm } from '../../components/openForm.tsx'
import { openPasswordForm } from '../../layout/openPasswordForm.tsx'
import { ResetForm, RoleForm } from './userForms.tsx'

interface Props {
  user: Schemas['User']
  /** Whether this is who looks. */
  isOwn: boolean
  isLastAdmin: boolean
}

const readAnew = () => queryClient.invalidateQueries({ queryKey: ['get', '/users'] })

/** What can be done to a user. What would lock oneself or everybody out is not offered, and says why. */
export function UserActions({ user, isOwn, isLastAdmin }: Props) {
  const { t } = useTranslation('access')
  const { id, name, is_enabled } = user
  const why = isOwn ? t('users.own') : isLastAdmin ? t('users.lastAdmin') : null
  const setEnabled = async (isEnabled: boolean) => {
    await fetchClient.PATCH('/users/{id}', { params: { path: { id } }, body: { is_enabled: isEnabled } })
    notifyDone(t(isEnabled ? 'users.enableDone' : 'users.disableDone', { name }))
    await readAnew()
  }
  const disable = () =>
    confirm({
      title: t('users.disableTitle', { name }),
      message: t('users.disableText', { name }),
      action: t('users.disable'),
      onConfirm: () => setEnabled(false),
    })
  const remove = () =>
    confirm({
      title: t('users.deleteTitle', { name }),
      message: t('users.deleteText', { name }),
      action: t('users.delete'),
      typed: name,
      onConfirm: async () => {
        await fetchClient.DELETE('/users/{id}', { params: { path: { id } } })
        notifyDone(t('users.deleteDone', { name }))
        await readAnew()
      },
    })
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={t('actionsFor', { name })}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown maw={280}>
        <Menu.Item
          leftSection={<IconKey size={16} aria-hidden />}
          onClick={() =>
            isOwn
              ? openPasswordForm()
              : openForm(t('users.resetTitle', { name }), ({ close }) => (
                  <ResetForm user={user} close={close} />
                ))
          }
        >
          {t(isOwn ? 'passwordForm.title' : 'users.reset')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconShield size={16} aria-hidden />}
          disabled={why !== null}
          onClick={() =>
            openForm(t('users.roleTitle', { name }), ({ close }) => <RoleForm user={user} close={close} />)
          }
        >
          {t('users.role')}
        </Menu.Item>
        {is_enabled ? (
          <Menu.Item
            leftSection={<IconUserOff size={16} aria-hidden />}
            disabled={why !== null}
            onClick={disable}
          >
            {t('users.disable')}
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<IconUserCheck size={16} aria-hidden />}
            onClick={() => void setEnabled(true).catch(notifyError)}
          >
            {t('users.enable')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          disabled={why !== null}
          onClick={remove}
        >
          {t('users.delete')}
        </Menu.Item>
        {why && (
          <Text size="xs" c="dimmed" px="sm" py={6}>
            {why}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
