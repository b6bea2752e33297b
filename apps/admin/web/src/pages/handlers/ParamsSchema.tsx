import { Box, Code, Group, Paper, ScrollArea, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type SchemaRow, schemaRows } from './schemaRows.ts'

/** What a handler takes: as a list one reads, or as its JSON Schema. */
export function ParamsSchema({ schema }: { schema: Record<string, unknown> }) {
  const { t } = useTranslation('handlers')
  const [view, setView] = useState('table')
  const rows = schemaRows(schema)
  const isOpen = schema.additionalProperties !== undefined && schema.additionalProperties !== false
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={3} size="h5">
          {t('detail.params')}
        </Title>
        <SegmentedControl
          size="xs"
          value={view}
          onChange={setView}
          aria-label={t('detail.params')}
          data={[
            { value: 'table', label: t('detail.table') },
            { value: 'json', label: t('detail.json') },
          ]}
        />
      </Group>
      {view === 'json' ? (
        <ScrollArea.Autosize mah={420}>
          <Code block>{JSON.stringify(schema, null, 2)}</Code>
        </ScrollArea.Autosize>
      ) : (
        <Stack gap={6}>
          {rows.map((row) => (
            <Param key={row.path} row={row} />
          ))}
          {(rows.length === 0 || isOpen) && (
            <Text size="sm" c="dimmed">
              {rows.length === 0 && !isOpen ? t('detail.noParams') : t('detail.moreParams')}
            </Text>
          )}
        </Stack>
      )}
    </Stack>
  )
}

function Param({ row }: { row: SchemaRow }) {
  const { t } = useTranslation('handlers')
  const limits = row.limits.map(([limit, value]) => t(`param.${limit}`, { value })).join(', ')
  return (
    <Paper withBorder radius="sm" px="sm" py={6} ml={row.depth * 16}>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Text size="sm" ff="monospace" fw={650} style={{ overflowWrap: 'anywhere' }}>
            {row.path}
          </Text>
          <Text size="xs" ff="monospace" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {row.type}
          </Text>
        </Group>
        <Text size="xs" fw={row.isRequired ? 650 : undefined} c={row.isRequired ? undefined : 'dimmed'}>
          {t(row.isRequired ? 'param.isRequired' : 'param.optional')}
        </Text>
      </Group>
      {row.description && <Text size="sm">{row.description}</Text>}
      {(limits || row.defaultText !== undefined) && (
        <Box fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {row.defaultText !== undefined && (
            <span>
              {t('param.default')} <Code>{row.defaultText}</Code>{' '}
            </span>
          )}
          {limits}
        </Box>
      )}
    </Paper>
  )
}
