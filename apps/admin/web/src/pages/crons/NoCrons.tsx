import { Button, Code, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useMay } from '../../api/session.tsx'

/** The first step: a cron made here, or a crontab brought along. */
export function NoCrons() {
  const { t } = useTranslation('crons')
  if (!useMay('admin')) return t('emptyForOthers')
  return (
    <Stack align="center" gap="sm">
      <Text size="sm" c="dimmed" ta="center">
        {t('emptyText')}
      </Text>
      <Button component={Link} to="/crons/new" leftSection={<IconPlus size={16} aria-hidden />}>
        {t('create')}
      </Button>
      <Text size="sm" c="dimmed" ta="center" mt="xs">
        {t('emptyImport')}
      </Text>
      <Code block>crontab -l | npx jobu import crontab - --apply</Code>
    </Stack>
  )
}
