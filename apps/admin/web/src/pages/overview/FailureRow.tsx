import { ActionIcon, Anchor, Badge, Button, Group, Text, Tooltip } from '@mantine/core'
import { IconList, IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { Allowed } from '../../api/session.tsx'
import { reasonText } from '../../components/ReasonText.tsx'
import { RelativeTime } from '../../time/Instant.tsx'
import classes from './FailureRow.module.css'
import { filterOfGroup } from './filterOfGroup.ts'
import { jobsPath } from './links.ts'
import { retryGroup } from './retryGroup.tsx'
import { useNumbers } from './useNumbers.ts'

const CRONS_NAMED = 3

interface Props {
  group: Schemas['FailureGroup']
  /** Since when failures are grouped. */
  from: string
}

/** One cause: how often, of what, when last, and what can be done. */
export function FailureRow({ group, from }: Props) {
  const { t } = useTranslation('overview')
  const { count } = useNumbers()
  const { reason, handler_name: handler, message, crons, cron_count: cronCount } = group
  const cause = reason ? reasonText(reason) : t('failures.noMessage')
  const { status, q } = filterOfGroup(group, from)
  const named = crons.slice(0, CRONS_NAMED)
  return (
    <li className={classes.row}>
      <Badge
        variant="light"
        color={group.statuses.includes('FAILED') ? 'red' : 'orange'}
        size="lg"
        miw={48}
        title={t('failures.count', { count: group.count })}
      >
        {count(group.count)}
      </Badge>
      <div className={classes.what}>
        <Text size="sm" component="div">
          <Text span fw={600} inherit>
            {cause}
          </Text>{' '}
          <Text span c="dimmed" inherit>
            {handler}
          </Text>
        </Text>
        {message && (
          <Text size="xs" ff="monospace" lineClamp={2} title={group.example} className={classes.message}>
            {message}
          </Text>
        )}
        <Text size="xs" c="dimmed" component="div" className={classes.message}>
          <Anchor component={Link} to={`/jobs/${group.last_job_id}`} inherit>
            <RelativeTime at={group.last_at} />
          </Anchor>
          {' · '}
          {named.length === 0 && t('failures.noCron')}
          {named.map(({ id, name }, place) => (
            <span key={id}>
              {place > 0 && ', '}
              <Anchor component={Link} to={`/crons/${id}`} inherit>
                {name}
              </Anchor>
            </span>
          ))}
          {cronCount > named.length && ` ${t('failures.moreCrons', { count: cronCount - named.length })}`}
        </Text>
      </div>
      <Group gap={4} wrap="nowrap">
        <Tooltip label={t('failures.show')}>
          <ActionIcon
            component={Link}
            to={jobsPath({ status, handler, from, ...(q ? { q } : {}) })}
            variant="subtle"
            color="gray"
            size={36}
            aria-label={`${t('failures.show')}: ${cause}, ${handler}`}
          >
            <IconList size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Allowed role="operator">
          <Button
            variant="default"
            size="xs"
            h={36}
            leftSection={<IconRefresh size={14} aria-hidden />}
            aria-label={t('failures.retryLabel', { cause: `${cause}, ${handler}` })}
            onClick={() => retryGroup(group, from)}
          >
            {t('failures.retry')}
          </Button>
        </Allowed>
      </Group>
    </li>
  )
}
