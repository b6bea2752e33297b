import { Badge, Button, Code, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import type { Column } from '../../components/table/column.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { revokeToken } from './revokeToken.tsx'

type Token = Schemas['ApiToken']
const STATE_COLOR = { active: 'teal', expired: 'gray', revoked: 'gray' } as const

/** Whether a token still opens anything. */
export function stateOf({ revoked_at, expires_at }: Token) {
  if (revoked_at) return 'revoked'
  return expires_at && Date.parse(expires_at) <= Date.now() ? 'expired' : 'active'
}

/** What the list of tokens shows of each. */
export function useTokenColumns(): Column<Token>[] {
  const { t } = useTranslation(['access', 'common'])
  return [
    {
      id: 'name',
      header: t('field.name'),
      isFixed: true,
      cell: ({ name }) => (
        <Text size="sm" fw={600} truncate maw={{ base: 130, sm: 320 }} title={name}>
          {name}
        </Text>
      ),
    },
    {
      id: 'prefix',
      header: t('field.prefix'),
      hideBelow: 'md',
      cell: ({ prefix }) => <Code>{prefix}</Code>,
    },
    {
      id: 'role',
      header: t('field.role'),
      cell: ({ role }) => t(`role.${role}`, { ns: 'common' }),
    },
    {
      id: 'state',
      header: t('field.state'),
      hideBelow: 'sm',
      cell: (token) => {
        const state = stateOf(token)
        return (
          <Badge size="sm" variant="light" tt="none" className="jobu-badge" color={STATE_COLOR[state]}>
            {t(`tokens.${state}`)}
          </Badge>
        )
      },
    },
    {
      id: 'expires',
      header: t('field.expires'),
      hideBelow: 'sm',
      cell: ({ expires_at }) => (expires_at ? <RelativeTime at={expires_at} /> : t('tokens.noEnd')),
    },
    {
      id: 'lastUsed',
      header: t('field.lastUsed'),
      hideBelow: 'sm',
      cell: ({ last_used_at }) => (last_used_at ? <RelativeTime at={last_used_at} /> : t('never')),
    },
    { id: 'createdBy', header: t('field.createdBy'), hideBelow: 'lg', cell: ({ created_by }) => created_by },
    {
      id: 'created',
      header: t('field.created'),
      hideBelow: 'lg',
      cell: ({ created_at }) => <Instant at={created_at} />,
    },
    {
      id: 'actions',
      header: t('actions', { ns: 'common' }),
      isFixed: true,
      isNumber: true,
      width: 90,
      cell: (token) =>
        token.revoked_at === null && (
          <Button
            size="compact-sm"
            mih={36}
            variant="subtle"
            color="red"
            onClick={() => revokeToken(token)}
            aria-label={`${t('tokens.revoke')}: ${token.name}`}
          >
            {t('tokens.revoke')}
          </Button>
        ),
    },
  ]
}
