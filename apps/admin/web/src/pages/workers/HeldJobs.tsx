import { Anchor, Box, Group, Progress, Stack, Text, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { RelativeTime } from '../../time/Instant.tsx'

const SHOWN = 4

/** What a worker holds now, each a link; of those in `jobs` also what they are and how far. */
export function HeldJobs({ ids, jobs }: { ids: number[]; jobs: Map<number, Schemas['JobItem']> }) {
  const { t } = useTranslation('workers')
  const [isOpen, setOpen] = useState(false)
  if (ids.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('noJobs')}
      </Text>
    )
  const rest = ids.length - SHOWN
  return (
    <Stack gap={4}>
      {(isOpen ? ids : ids.slice(0, SHOWN)).map((id) => (
        <HeldJob key={id} id={id} job={jobs.get(id)} />
      ))}
      {rest > 0 && (
        <UnstyledButton onClick={() => setOpen(!isOpen)} aria-expanded={isOpen} py={4}>
          <Text size="sm" c="dimmed" td="underline">
            {isOpen ? t('fewerJobs') : t('moreJobs', { count: rest })}
          </Text>
        </UnstyledButton>
      )}
      {isOpen && ids.length >= 100 && (
        <Text size="xs" c="dimmed">
          {t('heldUpTo')}
        </Text>
      )}
    </Stack>
  )
}

function HeldJob({ id, job }: { id: number; job: Schemas['JobItem'] | undefined }) {
  const percentage = job?.progress_percentage
  return (
    <Group gap="sm" wrap="nowrap" mih={24}>
      <Anchor component={Link} to={`/jobs/${id}`} size="sm" className="tabular">
        #{id}
      </Anchor>
      <Text size="sm" truncate flex={1} title={job?.cron_name ?? job?.handler_name}>
        {job?.cron_name ?? job?.handler_name}
      </Text>
      {percentage != null ? (
        <Group gap={6} wrap="nowrap" w={110}>
          <Progress value={percentage} size="sm" flex={1} aria-label={`#${id}`} />
          <Text size="xs" c="dimmed" className="tabular">
            {percentage}%
          </Text>
        </Group>
      ) : (
        job?.started_at && (
          <Box fz="xs" c="dimmed">
            <RelativeTime at={job.started_at} />
          </Box>
        )
      )}
    </Group>
  )
}
