import { ActionIcon, Anchor, Badge, Group, Skeleton, Text, Tooltip } from '@mantine/core'
import { IconCheck, IconExternalLink, IconRefresh, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Row, Section } from './Section.tsx'

/** These are not below `/api/v1`. */
const AT_ROOT = { baseUrl: location.origin }
const LINKS = { docs: '/docs', redoc: '/redoc', openapi: '/openapi.json', metrics: '/metrics' } as const
const READY_COLOR = { ready: 'teal', degraded: 'orange', 'not ready': 'red' } as const
const READY_WORD = { ready: 'isReady', degraded: 'degraded', 'not ready': 'notReady' } as const

/** Which version runs, whether it is well, and where programs find what they need. */
export function SystemSection() {
  const { t, i18n } = useTranslation(['settings', 'common'])
  const health = api.useQuery('get', '/health', AT_ROOT)
  const ready = api.useQuery('get', '/ready', AT_ROOT)
  const refresh = () => {
    void health.refetch()
    void ready.refetch()
  }
  const error = health.error ?? ready.error
  const state = ready.data?.status ?? 'not ready'
  const isHealthy = health.data?.status === 'healthy'
  return (
    <Section
      title={t('system.title')}
      aside={
        <Tooltip label={t('refresh', { ns: 'common' })}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={refresh}
            aria-label={t('refresh', { ns: 'common' })}
          >
            <IconRefresh size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      }
    >
      {error && <ErrorNotice error={error} onRetry={refresh} />}
      {health.isPending || ready.isPending ? (
        <Skeleton h={120} />
      ) : (
        <>
          <Row name={t('system.version')}>
            <Text size="sm">{health.data?.version ?? '–'}</Text>
          </Row>
          <Row name={t('system.health')}>
            <Badge color={isHealthy ? 'teal' : 'red'} variant="light" tt="none" className="jobu-badge">
              {t(isHealthy ? 'system.healthy' : 'system.unhealthy')}
            </Badge>
          </Row>
          <Row name={t('system.ready')}>
            <Badge color={READY_COLOR[state]} variant="light" tt="none" className="jobu-badge">
              {t(`system.${READY_WORD[state]}`)}
            </Badge>
          </Row>
          {Object.entries(ready.data?.checks ?? {}).map(([name, result]) => (
            <Check
              key={name}
              name={
                i18n.exists(`system.check.${name}`, { ns: 'settings' })
                  ? t(`system.check.${name as 'database'}`)
                  : name
              }
              result={result}
            />
          ))}
        </>
      )}
      <Text size="sm" fw={650} component="h3" m={0}>
        {t('system.api')}
      </Text>
      <Group gap="0 lg">
        {(Object.keys(LINKS) as Array<keyof typeof LINKS>).map((key) => (
          <Anchor key={key} href={LINKS[key]} target="_blank" rel="noopener" size="sm" py={6}>
            {t(`system.${key}`)} <IconExternalLink size={13} aria-hidden />
          </Anchor>
        ))}
      </Group>
    </Section>
  )
}

function Check({ name, result }: { name: string; result: string }) {
  const { t } = useTranslation('settings')
  const isOk = result === 'ok'
  const Icon = isOk ? IconCheck : IconX
  return (
    <Group justify="space-between" gap="sm" pl="md">
      <Text size="sm">{name}</Text>
      <Group gap={6} wrap="nowrap">
        <Icon size={16} aria-hidden color={`var(--mantine-color-${isOk ? 'teal' : 'red'}-filled)`} />
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {isOk ? t('system.ok') : result}
        </Text>
      </Group>
    </Group>
  )
}
