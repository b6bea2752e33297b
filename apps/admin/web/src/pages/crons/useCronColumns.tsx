import { Skeleton, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { CronActions } from '../../components/cronActions/CronActions.tsx'
import { Sparkline } from '../../components/Sparkline.tsx'
import { Tags } from '../../components/Tags.tsx'
import type { Column } from '../../components/table/column.ts'
import { Instant } from '../../time/Instant.tsx'
import { CronNameCell } from './CronNameCell.tsx'
import { EnabledSwitch } from './EnabledSwitch.tsx'
import { LastRunCell } from './LastRunCell.tsx'
import { NextRun } from './NextRun.tsx'
import { ScheduleCell } from './ScheduleCell.tsx'

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
      cell: (cron) => <CronNameCell cron={cron} />,
    },
    {
      id: 'schedule',
      header: t('schedule'),
      hideBelow: 'sm',
      cell: (cron) => <ScheduleCell cron={cron} />,
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
      cell: (cron) => <LastRunCell cron={cron} />,
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
