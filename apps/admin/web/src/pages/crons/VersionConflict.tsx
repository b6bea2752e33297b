import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core'
import { IconGitMerge } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { sameJson } from '../../components/params/sameJson.ts'
import { scrollHere } from '../../components/scrollHere.ts'
import { Instant } from '../../time/Instant.tsx'
import { bodyOf, type CronValues, FIELDS, valuesOf } from './cronValues.ts'

type Cron = Schemas['Cron']

interface Props {
  id: number
  /** As it was when it was opened here. */
  before: CronValues
  mine: CronValues
  onTakeOver: (theirs: Cron) => void
  onDiscard: (theirs: Cron) => void
}

/** Somebody else has changed the cron meanwhile: what they changed, and how to go on. */
export function VersionConflict({ id, before, mine, onTakeOver, onDiscard }: Props) {
  const { t } = useTranslation('cronForm')
  const { data, error, refetch } = api.useQuery(
    'get',
    '/crons/{id}',
    { params: { path: { id } } },
    { refetchOnMount: 'always', staleTime: 0 },
  )
  if (error) return <ErrorNotice error={error} onRetry={refetch} />
  if (!data) return null
  const [old, theirs, own] = [before, valuesOf(data), mine].map(bodyOf) as [Body, Body, Body]
  const changed = FIELDS.filter((field) => !sameJson(old[field], theirs[field]))
  const isMine = (field: keyof CronValues) => !sameJson(old[field], own[field])
  return (
    <Alert
      ref={scrollHere}
      color="orange"
      icon={<IconGitMerge aria-hidden />}
      title={t('conflictTitle')}
      role="alert"
    >
      <Stack gap="sm">
        <Text size="sm" component="div">
          {t('conflictText')} <Instant at={data.updated_at} />
        </Text>
        {changed.length === 0 ? (
          <Text size="sm">{t('conflictNothing')}</Text>
        ) : (
          <Table.ScrollContainer minWidth={480}>
            <Table withTableBorder>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('field')}</Table.Th>
                  <Table.Th>{t('was')}</Table.Th>
                  <Table.Th>{t('theirs')}</Table.Th>
                  <Table.Th>{t('yours')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {changed.map((field) => (
                  <Table.Tr key={field}>
                    <Table.Td>{t(`label.${field}`)}</Table.Td>
                    <Table.Td>{shown(old[field])}</Table.Td>
                    <Table.Td fw={600}>{shown(theirs[field])}</Table.Td>
                    <Table.Td>{isMine(field) ? shown(own[field]) : t('notChanged')}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        <Group gap="xs">
          <Button size="xs" onClick={() => onTakeOver(data)}>
            {t('takeOver')}
          </Button>
          <Button size="xs" variant="default" onClick={() => onDiscard(data)}>
            {t('discard')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}

type Body = Record<keyof CronValues, unknown>

const shown = (value: unknown) =>
  value === null || value === undefined || value === ''
    ? '–'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
