import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { openWindow } from '../../components/openWindow.tsx'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { rereadStatus } from './rereadStatus.ts'

type Preview = Schemas['SchedulerStartPreview']

/** Shows what a start would run at once, and starts. */
export function startScheduler(): void {
  openWindow(i18next.t('start.title', { ns: 'overview' }), (close) => <StartForm close={close} />)
}

function StartForm({ close }: { close: () => void }) {
  const { t } = useTranslation('overview')
  const { t: common } = useTranslation()
  // A window that is opened anew counts anew.
  const preview = api.useQuery(
    'post',
    '/scheduler/start',
    { params: { query: { dry_run: true } } },
    { gcTime: 0, staleTime: 0, meta: { isLive: false } },
  )
  const start = api.useMutation('post', '/scheduler/start', {
    onSuccess: () => {
      notifyDone(t('start.done'))
      void rereadStatus()
      close()
    },
  })
  return (
    <Stack>
      {preview.isPending && (
        <Text size="sm" c="dimmed" role="status">
          {t('start.counting')}
        </Text>
      )}
      {preview.error && <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data && <Consequences preview={preview.data as Preview} />}
      {start.error && <ErrorNotice error={start.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {common('cancel')}
        </Button>
        <Button
          loading={start.isPending}
          disabled={preview.isPending}
          onClick={() => start.mutate({})}
          data-autofocus
        >
          {t('start.submit')}
        </Button>
      </Group>
    </Stack>
  )
}

/** How much would burst. */
function Consequences({ preview }: { preview: Preview }) {
  const { t, i18n } = useTranslation('overview')
  const { nameFor } = useZone()
  const { data: status } = api.useQuery('get', '/scheduler/status')
  const number = (value: number, isExact = true) =>
    `${new Intl.NumberFormat(i18n.language).format(value)}${isExact && preview.is_complete ? '' : '+'}`
  const { crons, crons_running, slots, waiting, skipped, queue_length, queue_length_is_exact } = preview
  const rows = [
    [t('start.runs'), number(slots), t('start.runsOf', { running: crons_running, due: crons })],
    ...(waiting > 0 ? [[t('start.waiting'), number(waiting), '']] : []),
    ...(skipped > 0 ? [[t('start.skipped'), number(skipped), '']] : []),
    [t('start.ready'), number(queue_length, queue_length_is_exact), ''],
  ]
  const until = status?.reservation?.reserved_until
  const zone = nameFor()
  return (
    <>
      {slots + skipped + queue_length === 0 ? (
        <Text size="sm">{t('start.nothing')}</Text>
      ) : (
        <Table withRowBorders={false} verticalSpacing={4} aria-label={t('start.title')}>
          <Table.Tbody>
            {rows.map(([label, value, detail]) => (
              <Table.Tr key={label}>
                <Table.Th scope="row" fw={400}>
                  {label}
                  {detail && (
                    <Text size="xs" c="dimmed">
                      {detail}
                    </Text>
                  )}
                </Table.Th>
                <Table.Td ta="right" fw={650} className="tabular">
                  {value}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {!preview.is_complete && <Alert color="yellow">{t('start.incomplete')}</Alert>}
      {until && (
        <Alert color="yellow">
          {t('start.stillReserved', { until: `${formatInstant(until, zone)} ${zoneLabel(zone, until)}` })}
        </Alert>
      )}
    </>
  )
}
