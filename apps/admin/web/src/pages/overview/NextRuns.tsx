import { Anchor, Group, Skeleton, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Instant } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { formatSeconds } from './formatSeconds.ts'
import classes from './NextRuns.module.css'
import { Panel } from './Panel.tsx'

type Run = Schemas['UpcomingRuns']['items'][number]

const ASKED = 300
/** As high as a line is in the CSS. */
const LINE_PX = 48
const LEAST_SHOWN = 5
const MOST_SHOWN = 12
const NAMED = 2
const SECOND_MS = 1_000

/** When which crons fire next, with what fires at the same second in one line: as many as there is room for. */
export function NextRuns() {
  const { t } = useTranslation('overview')
  const { data, error, refetch, isPending } = api.useQuery('get', '/scheduler/upcoming', {
    params: { query: { limit: ASKED } },
  })
  const now = useNow(SECOND_MS)
  const { ref, height } = useElementSize()
  const lines = Math.min(MOST_SHOWN, Math.max(LEAST_SHOWN, Math.floor(height / LINE_PX)))
  const shown = soonest(data?.items ?? [], lines)
  // Of the last time in an answer that is full, not all may be there.
  const cutAt = data?.items.length === ASKED ? data.items.at(-1)!.at : undefined
  return (
    <Panel title={t('day.next')} to="/crons?is_enabled=true&order_by=next_run_at" linkText={t('day.crons')}>
      {isPending && <Skeleton h={150} />}
      {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('day.noRuns')}
        </Text>
      )}
      {data && data.items.length > 0 && (
        <ul
          className={classes.list}
          ref={ref}
          style={{ minHeight: LINE_PX * Math.min(LEAST_SHOWN, shown.length) }}
        >
          {shown.map(({ at, runs: together }) => (
            <li key={at} className={classes.run}>
              <Text size="sm" fw={600} className="tabular">
                <Countdown ms={Date.parse(at) - now} />
              </Text>
              <div className={classes.names}>
                <Group gap={4} wrap="nowrap" fz="sm">
                  <Text inherit truncate component="div" miw={0}>
                    {together.slice(0, NAMED).map(({ cron_id: id, cron_name: name }, place) => (
                      <span key={id}>
                        {place > 0 && ', '}
                        <Anchor component={Link} to={`/crons/${id}`} inherit>
                          {name}
                        </Anchor>
                      </span>
                    ))}
                  </Text>
                  {together.length > NAMED && (
                    <Text
                      span
                      c="dimmed"
                      inherit
                      flex="none"
                      title={together.map(({ cron_name }) => cron_name).join('\n')}
                    >
                      {t(at === cutAt ? 'day.atLeastMore' : 'day.more', {
                        count: together.length - NAMED,
                      })}
                    </Text>
                  )}
                </Group>
                <Text size="xs" c="dimmed">
                  <Instant at={at} cronZone={together[0]!.timezone} style="time" />
                </Text>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Countdown({ ms }: { ms: number }) {
  const { t } = useTranslation('overview')
  if (ms <= 0) return t('day.due')
  return t('day.runsIn', { duration: formatSeconds(Math.ceil(ms / SECOND_MS) * SECOND_MS) })
}

/**
 * Each cron once, at its next time: one that fires each minute would leave no line for the others. Where lines are
 * left, the times that come first without being the next of any.
 */
function soonest(runs: Run[], lines: number): Array<{ at: string; runs: Run[] }> {
  const seen = new Set<number>()
  const first = new Map<string, Run[]>()
  const all = new Map<string, Run[]>()
  const add = (times: Map<string, Run[]>, run: Run) => times.set(run.at, [...(times.get(run.at) ?? []), run])
  for (const run of runs) {
    add(all, run)
    if (seen.has(run.cron_id)) continue
    seen.add(run.cron_id)
    add(first, run)
  }
  const further = [...all].filter(([at]) => !first.has(at)).slice(0, Math.max(0, lines - first.size))
  return [...first, ...further]
    .map(([at, together]) => ({ at, runs: together }))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(0, lines)
}
