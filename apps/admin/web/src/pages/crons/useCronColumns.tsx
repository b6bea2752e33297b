import {
  Anchor,
  Badge,
  Box,
  Group,
  Skeleton,
  Stack,
  Switch,
  Text,
  Tooltip,
  UnstyledButton,
} from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { CronActions } from '../../components/cronActions/CronActions.tsx'
import { useToggle } from '../../components/cronActions/useToggle.ts'
import { Sparkline } from '../../components/Sparkline.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { scheduleWords } from '../../components/scheduleWords.ts'
import type { Column } from '../../components/table/column.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import classes from './cronColumns.module.css'
import { NextRun } from './NextRun.tsx'

type Cron = Schemas['Cron']

interface Shown {
  runs: Map<number, Schemas['RecentRun'][]>
  onTag: (tag: string) => void
}

/** What the list of crons shows of each. */
export function useCronColumns({ runs, onTag }: Shown): Column<Cron>[] {
  const { t } = useTranslation('crons')
  const mayRun = useMay('operator')
  return [
    {
      id: 'is_enabled',
      header: t('on'),
      orderBy: 'is_enabled',
      width: 60,
      isFixed: true,
      cell: (cron) => <EnabledSwitch cron={cron} />,
    },
    {
      id: 'name',
      header: t('name'),
      orderBy: 'name',
      isFixed: true,
      cell: (cron) => <NameCell cron={cron} />,
    },
    {
      id: 'schedule',
      header: t('schedule'),
      hideBelow: 'sm',
      cell: (cron) => (
        <Stack gap={0} maw={178}>
          <Text size="sm" truncate title={cron.schedule_in_words}>
            {scheduleWords(cron)}
          </Text>
          <Text size="xs" c="dimmed" truncate title={`${cron.cron_expression} ${cron.timezone}`}>
            <Text span ff="monospace" inherit>
              {cron.cron_expression}
            </Text>
            {` · ${cron.timezone}`}
          </Text>
        </Stack>
      ),
    },
    {
      id: 'runs',
      header: t('lastRuns'),
      width: 166,
      hideBelow: 'md',
      cell: ({ id, timezone }) => {
        const known = runs.get(id)
        return known ? <Sparkline runs={known} cronZone={timezone} /> : <Skeleton height={20} width={150} />
      },
    },
    {
      id: 'last',
      header: t('last'),
      hideBelow: 'sm',
      cell: ({ last_status, last_run_at, timezone }) =>
        last_status ? (
          <Stack gap={1} align="flex-start">
            <StatusBadge status={last_status} />
            <Text size="xs" c="dimmed" component="div">
              <RelativeTime at={last_run_at} cronZone={timezone} />
            </Text>
          </Stack>
        ) : (
          <Text size="xs" c="dimmed">
            {t('neverRan')}
          </Text>
        ),
    },
    {
      id: 'next',
      header: t('next'),
      hideBelow: 'sm',
      orderBy: 'next_run_at',
      cell: (cron) => <NextRun cron={cron} />,
    },
    {
      id: 'owner',
      header: t('ownerTags'),
      hideBelow: 'xl',
      cell: ({ owner, tags }) => (
        <Stack gap={2} maw={170}>
          <Text size="sm" truncate title={owner ?? undefined} c={owner ? undefined : 'dimmed'}>
            {owner ?? '–'}
          </Text>
          <Tags tags={tags} onTag={onTag} />
        </Stack>
      ),
    },
    {
      id: 'handler',
      header: t('handler'),
      orderBy: 'handler_name',
      isHidden: true,
      cell: ({ handler_name }) => (
        <Text size="sm" ff="monospace" truncate maw={160} title={handler_name}>
          {handler_name}
        </Text>
      ),
    },
    {
      id: 'timezone',
      header: t('timezone'),
      isHidden: true,
      cell: ({ timezone }) => <Text size="sm">{timezone}</Text>,
    },
    {
      id: 'priority',
      header: t('priority'),
      orderBy: 'priority',
      isNumber: true,
      isHidden: true,
      cell: ({ priority }) => priority,
    },
    { id: 'queue', header: t('queue'), isHidden: true, cell: ({ queue }) => queue },
    {
      id: 'created_at',
      header: t('createdAt'),
      orderBy: 'created_at',
      isHidden: true,
      cell: ({ created_at }) => <Instant at={created_at} />,
    },
    {
      id: 'updated_at',
      header: t('updatedAt'),
      orderBy: 'updated_at',
      isHidden: true,
      cell: ({ updated_at }) => <Instant at={updated_at} />,
    },
    ...(mayRun
      ? [
          {
            id: 'actions',
            header: t('actions', { ns: 'common' }),
            width: 92,
            isFixed: true,
            isNumber: true,
            cell: (cron: Cron) => <CronActions cron={cron} isCompact />,
          },
        ]
      : []),
  ]
}

function EnabledSwitch({ cron }: { cron: Cron }) {
  const { t } = useTranslation('crons')
  const toggle = useToggle()
  if (!useMay('operator'))
    return (
      <Badge size="sm" variant="light" tt="none" color={cron.is_enabled ? 'teal' : 'gray'}>
        {t(cron.is_enabled ? 'isEnabled' : 'isDisabled')}
      </Badge>
    )
  return (
    <Switch
      size="sm"
      checked={toggle.isPending ? !cron.is_enabled : cron.is_enabled}
      disabled={toggle.isPending}
      onChange={() => toggle.mutate(cron)}
      aria-label={t('enabledOf', { name: cron.name })}
    />
  )
}

function NameCell({ cron }: { cron: Cron }) {
  const { t } = useTranslation('crons')
  const { id, name, description, handler_name } = cron
  const reason = cron.is_enabled ? null : cron.disabled_reason
  return (
    <Box maw={{ base: 150, sm: 210 }}>
      <Anchor component={Link} to={`/crons/${id}`} fw={600} size="sm" display="block" truncate title={name}>
        {name}
      </Anchor>
      {reason ? (
        <Tooltip label={reason} multiline maw={400}>
          <Text size="xs" className={classes.warning} truncate>
            {t('disabledBecause', { reason })}
          </Text>
        </Tooltip>
      ) : (
        <>
          <Text size="xs" c="dimmed" truncate visibleFrom="sm" title={description ?? undefined}>
            <Text span ff="monospace" inherit>
              {handler_name}
            </Text>
            {description && ` · ${description}`}
          </Text>
          <Text size="xs" c="dimmed" truncate hiddenFrom="sm">
            {cron.next_run_at && cron.is_enabled && (
              <>
                <RelativeTime at={cron.next_run_at} cronZone={cron.timezone} /> ·{' '}
              </>
            )}
            {scheduleWords(cron)}
          </Text>
        </>
      )}
    </Box>
  )
}

/** So long may the tags be that stand in a row, the first however long; the rest by their number. */
const TAG_CHARACTERS = 15

function Tags({ tags, onTag }: { tags: string[]; onTag: (tag: string) => void }) {
  const { t } = useTranslation('crons')
  const shown = tags.filter(
    (_tag, index) => index === 0 || tags.slice(0, index + 1).join('').length <= TAG_CHARACTERS,
  )
  const rest = tags.slice(shown.length)
  return (
    <Group gap={4} wrap="nowrap">
      {shown.map((tag) => (
        <UnstyledButton
          key={tag}
          onClick={() => onTag(tag)}
          aria-label={t('onlyTag', { tag })}
          title={tag}
          lh={1}
        >
          <Badge
            size="xs"
            variant="default"
            tt="none"
            className="jobu-badge"
            maw={110}
            style={{ cursor: 'pointer' }}
          >
            {tag}
          </Badge>
        </UnstyledButton>
      ))}
      {rest.length > 0 && (
        <Tooltip label={rest.join(', ')}>
          <Badge size="xs" variant="default" tabIndex={0} flex="none">
            +{rest.length}
          </Badge>
        </Tooltip>
      )}
    </Group>
  )
}
