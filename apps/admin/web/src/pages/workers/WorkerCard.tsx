import {
  Anchor,
  Badge,
  Button,
  Collapse,
  Group,
  Paper,
  Progress,
  SimpleGrid,
  Stack,
  Text,
  Title,
  Tooltip,
  UnstyledButton,
} from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { Allowed } from '../../api/session.tsx'
import { Fact } from '../../components/Fact.tsx'
import { formatDuration } from '../../time/format.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { drainWorker } from './drainWorker.tsx'
import { HeldJobs } from './HeldJobs.tsx'
import { ProcessStatus } from './ProcessStatus.tsx'

type Worker = Schemas['Worker']

/** The API names a hundred of what a worker holds; of more, the last heartbeat knows the count. */
const MAX_NAMED = 100
export const heldBy = ({ execution_ids, running }: Worker) =>
  execution_ids.length < MAX_NAMED ? execution_ids.length : Math.max(running, execution_ids.length)

interface Props {
  worker: Worker
  jobs: Map<number, Schemas['JobItem']>
  /** Whether no other worker takes work. */
  isLast: boolean
}

export function WorkerCard({ worker, jobs, isLast }: Props) {
  const { t } = useTranslation('workers')
  const canDrain = worker.status === 'ACTIVE'
  return (
    <Paper
      withBorder
      radius="md"
      p="md"
      component="article"
      aria-label={worker.id}
      id={worker.id}
      style={{ scrollMarginTop: 72 }}
    >
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <ProcessStatus process={worker} />
            <Title order={3} size="sm" style={{ overflowWrap: 'anywhere' }}>
              {worker.id}
            </Title>
          </Group>
          {worker.stopped_at === null && (
            <Allowed role="admin">
              <Tooltip label={t('drain.notActive')} disabled={canDrain}>
                <Button
                  size="sm"
                  variant="default"
                  data-disabled={!canDrain || undefined}
                  aria-disabled={!canDrain}
                  onClick={() => canDrain && drainWorker(worker, isLast)}
                >
                  {t('drain.action')}
                </Button>
              </Tooltip>
            </Allowed>
          )}
        </Group>
        {worker.stopped_at === null && <Load worker={worker} />}
        <Facts worker={worker} />
        {worker.stopped_at === null && <HeldJobs ids={worker.execution_ids} jobs={jobs} />}
        <Handlers names={worker.handlers} />
      </Stack>
    </Paper>
  )
}

function Load({ worker }: { worker: Worker }) {
  const { t } = useTranslation('workers')
  const running = heldBy(worker)
  const text = t('load', { running, pool: worker.pool_size })
  const isFull = running >= worker.pool_size
  return (
    <Stack gap={4}>
      <Progress
        value={(running / Math.max(worker.pool_size, 1)) * 100}
        color={isFull ? 'orange' : 'blue'}
        aria-label={text}
      />
      <Text size="xs" c="dimmed">
        {text}
        {isFull && `. ${t('full')}`}
      </Text>
    </Stack>
  )
}

function Facts({ worker }: { worker: Worker }) {
  const { t } = useTranslation('workers')
  const now = useNow()
  const { hostname, pid, version, queues, started_at, stopped_at, heartbeat_at } = worker
  const end = stopped_at ?? (worker.is_alive ? null : heartbeat_at)
  const lasted = (end ? Date.parse(end) : now) - Date.parse(started_at)
  return (
    <SimpleGrid component="dl" m={0} cols={{ base: 2, xs: 3 }} spacing="sm" verticalSpacing={6}>
      <Fact name={t('field.host')}>{hostname}</Fact>
      <Fact name={t('field.pid')}>{pid}</Fact>
      <Fact name={t('field.version')}>{version}</Fact>
      <Fact name={t(end ? 'field.ran' : 'field.uptime')}>{formatDuration(Math.max(lasted, 0))}</Fact>
      <Fact name={t(stopped_at ? 'field.stopped' : 'field.heartbeat')}>
        <RelativeTime at={stopped_at ?? heartbeat_at} />
      </Fact>
      <Fact name={t('field.queues')}>
        {queues.map((queue) => (queue === '*' ? t('everyQueue') : queue)).join(', ')}
      </Fact>
    </SimpleGrid>
  )
}

function Handlers({ names }: { names: string[] }) {
  const { t } = useTranslation('workers')
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const Icon = isOpen ? IconChevronDown : IconChevronRight
  return (
    <div>
      <UnstyledButton onClick={() => setOpen(!isOpen)} aria-expanded={isOpen} aria-controls={id} py={6}>
        <Group gap={4}>
          <Icon size={14} aria-hidden />
          <Text size="sm">{t('handlers', { count: names.length })}</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={isOpen} id={id}>
        <Group gap={6} pt={4}>
          {names.map((name) => (
            <Badge key={name} variant="default" tt="none" fw={500}>
              <Anchor
                component={Link}
                to={`/handlers?handler=${encodeURIComponent(name)}`}
                inherit
                c="inherit"
              >
                {name}
              </Anchor>
            </Badge>
          ))}
        </Group>
      </Collapse>
    </div>
  )
}
