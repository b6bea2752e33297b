import { Code, Drawer, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { CopyIcon } from '../../components/CopyIcon.tsx'
import { Fact } from '../../components/Fact.tsx'
import { Instant } from '../../time/Instant.tsx'
import { actionText, actorKindText } from './auditActions.ts'
import { changesOf } from './changes.ts'
import { TargetLink } from './TargetLink.tsx'

type Entry = Schemas['AuditEntry']

/** All that an entry says, with what changed field by field. */
export function EntryDrawer({ entry, onClose }: { entry: Entry | null; onClose: () => void }) {
  const { t } = useTranslation('audit')
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={<Text fw={700}>{entry && t('diff.title', { id: entry.id })}</Text>}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      {entry && (
        <Stack gap="lg">
          <Facts entry={entry} />
          <Changes entry={entry} />
        </Stack>
      )}
    </Drawer>
  )
}

function Facts({ entry }: { entry: Entry }) {
  const { t } = useTranslation('audit')
  return (
    <SimpleGrid component="dl" m={0} cols={{ base: 1, xs: 2 }} spacing="sm">
      <Fact name={t('column.action')}>
        {actionText(entry.action)} <Code>{entry.action}</Code>
      </Fact>
      <Fact name={t('column.at')}>
        <Instant at={entry.at} />
      </Fact>
      <Fact name={t('column.actor')}>
        {entry.actor_name}{' '}
        <Text span size="xs" c="dimmed">
          {actorKindText(entry.actor_kind)}
        </Text>
      </Fact>
      <Fact name={t('column.target')}>
        <TargetLink entry={entry} />
      </Fact>
      <Fact name={t('column.address')}>{entry.address ?? '–'}</Fact>
      <Fact name={t('column.request')}>{entry.request_id ? <RequestId id={entry.request_id} /> : '–'}</Fact>
    </SimpleGrid>
  )
}

function RequestId({ id }: { id: string }) {
  const { t } = useTranslation('audit')
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {id}
      </Text>
      <CopyIcon text={id} label={t('copyRequest')} />
    </Group>
  )
}

function Changes({ entry }: { entry: Entry }) {
  const { t } = useTranslation('audit')
  const changes = changesOf(entry)
  if (changes.length === 0) return <Text c="dimmed">{t('diff.none')}</Text>
  const isChange = entry.before !== null && entry.after !== null
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        {t('column.change')}
      </Title>
      <Table layout="fixed" withTableBorder aria-label={t('column.change')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="28%">{t('diff.field')}</Table.Th>
            {entry.before !== null && <Table.Th>{t(isChange ? 'diff.before' : 'diff.removed')}</Table.Th>}
            {entry.after !== null && <Table.Th>{t(isChange ? 'diff.after' : 'diff.made')}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map(({ field, before, after }) => (
            <Table.Tr key={field}>
              <Table.Th scope="row" ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>
                {field}
              </Table.Th>
              {entry.before !== null && <Value text={before} mark={isChange ? 'del' : undefined} />}
              {entry.after !== null && <Value text={after} mark={isChange ? 'ins' : undefined} />}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  )
}

/** As the API writes an instant. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const MARK_COLOR = { del: 'var(--mantine-color-red-light)', ins: 'var(--mantine-color-teal-light)' }

function Value({ text, mark: Mark }: { text: string | undefined; mark: 'del' | 'ins' | undefined }) {
  const { t } = useTranslation('audit')
  const value =
    text === undefined || text === 'null' ? (
      <Text span size="sm" c="dimmed">
        {t('diff.absent')}
      </Text>
    ) : INSTANT.test(text) ? (
      <Text span size="xs">
        <Instant at={text} />
      </Text>
    ) : (
      <Text span size="xs" ff="monospace" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Text>
    )
  return (
    <Table.Td bg={Mark && MARK_COLOR[Mark]} style={{ verticalAlign: 'top' }}>
      {Mark ? <Mark style={{ textDecoration: 'none' }}>{value}</Mark> : value}
    </Table.Td>
  )
}
