import { Anchor, Badge, Group, Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import { workerPath } from './links.ts'
import classes from './WorkerLoad.module.css'

/** How full a worker is, or why it takes nothing. */
export function WorkerLoad({ worker }: { worker: Schemas['Worker'] }) {
  const { t } = useTranslation('overview')
  const { id, hostname, running, pool_size: pool, is_alive: isAlive, status, queues } = worker
  const share = pool === 0 ? 0 : running / pool
  const color = !isAlive ? 'red' : share >= 1 ? 'orange' : 'blue'
  return (
    <li className={classes.worker}>
      <div className={classes.name}>
        <Anchor
          component={Link}
          to={workerPath(id)}
          size="sm"
          truncate
          display="block"
          title={`${id} (${hostname})`}
        >
          {id}
        </Anchor>
        <Text size="xs" c="dimmed" truncate title={queues.join(', ')}>
          {isAlive ? (
            queues.join(', ')
          ) : (
            <>
              {t('services.lostSince')} <RelativeTime at={worker.heartbeat_at} />
            </>
          )}
        </Text>
      </div>
      <Group gap="xs" wrap="nowrap" justify="flex-end">
        {!isAlive && (
          <Badge color="red" variant="light" tt="none">
            {t('services.lost')}
          </Badge>
        )}
        {isAlive && status === 'DRAINING' && (
          <Badge color="yellow" variant="light" tt="none">
            {t('services.draining')}
          </Badge>
        )}
        <Progress.Root size="md" w={{ base: 70, sm: 110 }}>
          <Progress.Section
            value={share * 100}
            color={color}
            aria-label={t('services.loadOf', { id, running, pool })}
          />
        </Progress.Root>
        <Text size="xs" className="tabular" w={58} ta="right">
          {t('services.load', { running, pool })}
        </Text>
      </Group>
    </li>
  )
}
