import { Badge, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { useSession } from '../../api/session.tsx'
import type { Column } from '../../components/table/column.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { UserActions } from './UserActions.tsx'

type User = Schemas['User']

/** What the list of users shows of each. */
export function useUserColumns(): Column<User>[] {
  const { t } = useTranslation(['access', 'common'])
  const { id: ownId, kind } = useSession()
  const admins = api.useQuery('get', '/users', {
    params: { query: { role: 'admin', is_enabled: true, size: 1 } },
  })
  const isOwn = ({ id }: User) => kind === 'user' && id === ownId
  return [
    {
      id: 'name',
      header: t('field.name'),
      isFixed: true,
      orderBy: 'name',
      cell: (user) => (
        <Group gap={6} wrap="nowrap">
          <Text size="sm" fw={600} truncate maw={{ base: 130, sm: 320 }} title={user.name}>
            {user.name}
          </Text>
          {isOwn(user) && (
            <Badge size="xs" variant="outline" tt="none" color="gray">
              {t('you')}
            </Badge>
          )}
        </Group>
      ),
    },
    { id: 'role', header: t('field.role'), cell: (user) => t(`role.${user.role}`, { ns: 'common' }) },
    {
      id: 'state',
      header: t('field.state'),
      cell: ({ is_enabled }) => (
        <Badge
          size="sm"
          variant="light"
          tt="none"
          className="jobu-badge"
          color={is_enabled ? 'teal' : 'gray'}
        >
          {t(is_enabled ? 'enabled' : 'disabled')}
        </Badge>
      ),
    },
    {
      id: 'lastSignIn',
      header: t('field.lastSignIn'),
      hideBelow: 'sm',
      cell: ({ last_sign_in_at }) => (last_sign_in_at ? <RelativeTime at={last_sign_in_at} /> : t('never')),
    },
    {
      id: 'passwordChanged',
      header: t('field.passwordChanged'),
      hideBelow: 'lg',
      cell: ({ password_changed_at }) => <RelativeTime at={password_changed_at} />,
    },
    {
      id: 'created',
      header: t('field.created'),
      hideBelow: 'md',
      cell: ({ created_at }) => <Instant at={created_at} />,
    },
    {
      id: 'actions',
      header: t('actions', { ns: 'common' }),
      isFixed: true,
      isNumber: true,
      width: 60,
      cell: (user) => (
        <UserActions
          user={user}
          isOwn={isOwn(user)}
          isLastAdmin={user.role === 'admin' && user.is_enabled && (admins.data?.total ?? 2) < 2}
        />
      ),
    },
  ]
}
