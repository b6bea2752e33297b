import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconUsers } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { scrollHere } from '../../components/scrollHere.ts'

/** Somebody else has made a version of the tasks since they were read: nothing was saved, and neither is lost. */
export function ChangedMeanwhile({ schedule, onOver }: { schedule: Schedule; onOver: () => void }) {
  const { t } = useTranslation('scheduleForm')
  return (
    <Alert
      ref={scrollHere}
      color="orange"
      role="alert"
      icon={<IconUsers aria-hidden />}
      title={t('conflict.title')}
    >
      <Stack gap="sm">
        <Text size="sm">{t('conflict.text')}</Text>
        <Group gap="xs">
          <Button
            component="a"
            size="xs"
            href={`/schedules/${schedule.id}?tab=versions`}
            target="_blank"
            rel="noreferrer"
          >
            {t('conflict.look')}
          </Button>
          <Button size="xs" variant="default" onClick={onOver}>
            {t('conflict.over')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
