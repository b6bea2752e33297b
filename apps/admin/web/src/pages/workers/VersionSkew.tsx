import { Alert, List, Text } from '@mantine/core'
import { IconVersions } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

interface Process {
  id: string
  version: string
  is_alive: boolean
}

/** Says which processes run which version, where live ones differ. */
export function VersionSkew({ processes }: { processes: Process[] }) {
  const { t } = useTranslation('workers')
  const names = new Map<string, string[]>()
  for (const { id, version, is_alive } of processes)
    if (is_alive) names.set(version, [...(names.get(version) ?? []), id])
  if (names.size < 2) return null
  return (
    <Alert color="orange" icon={<IconVersions aria-hidden />} title={t('skew.title')}>
      <Text size="sm">{t('skew.text')}</Text>
      <List size="sm">
        {[...names].sort().map(([version, ids]) => (
          <List.Item key={version} style={{ overflowWrap: 'anywhere' }}>
            {t('skew.of', { version, names: ids.join(', ') })}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}
