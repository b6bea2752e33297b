import { Badge, Group, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { RelativeTime } from '../../time/Instant.tsx'

/** Whether anybody can run it now, and if not, since when. */
export function ServedBadge({
  handler: { is_served, worker_ids },
  since,
}: {
  handler: Schemas['Handler']
  since: string | undefined
}) {
  const { t } = useTranslation('handlers')
  if (is_served)
    return (
      <Badge color="teal" variant="light" size="sm" tt="none" className="jobu-badge">
        {t('state.served', { count: worker_ids.length })}
      </Badge>
    )
  return (
    <Group gap={6} wrap="nowrap">
      <Tooltip
        label={t('state.notServedWhy')}
        multiline
        w={280}
        events={{ hover: true, focus: true, touch: true }}
      >
        <Badge color="red" variant="light" size="sm" tt="none" className="jobu-badge" tabIndex={0}>
          {t('state.notServed')}
        </Badge>
      </Tooltip>
      {since && (
        <Text size="xs" c="dimmed" component="span">
          <RelativeTime at={since} />
        </Text>
      )}
    </Group>
  )
}
