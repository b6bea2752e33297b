import { Button, Group, Image, ScrollArea, Skeleton, Stack, Table, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Artifact } from '../../api/scheduleTypes.ts'
import { CopyIcon } from '../CopyIcon.tsx'
import { ErrorNotice } from '../ErrorNotice.tsx'
import { contentPath, formatBytes, type PreviewKind, previewKind } from './artifactKind.ts'
import { parseCsv } from './parseCsv.ts'
import { useArtifactText } from './useArtifactText.ts'

const MAX_ROWS = 200
const MAX_COLUMNS = 40

/** A file as far as it can be shown, and the way to all of it. */
export function ArtifactPreview({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts')
  const { id, name, content_type, size_bytes, sha256 } = artifact
  const kind = previewKind(content_type, size_bytes)
  return (
    <Stack gap="sm">
      {kind === 'image' && (
        <Image
          src={contentPath(id, true)}
          alt={t('imageOf', { name })}
          mah="60dvh"
          w="auto"
          mx="auto"
          maw="100%"
          fit="scale-down"
        />
      )}
      {kind !== null && kind !== 'image' && <TextPreview artifact={artifact} kind={kind} />}
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {content_type} · {formatBytes(size_bytes)}
          {sha256 && (
            <>
              {' · '}
              <span title={sha256}>SHA-256 {sha256.slice(0, 12)}…</span>
              <CopyIcon text={sha256} label={t('copySum')} />
            </>
          )}
        </Text>
        <Button
          component="a"
          href={contentPath(id)}
          download
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('download')}
        </Button>
      </Group>
    </Stack>
  )
}

function TextPreview({
  artifact: { id, name, content_type },
  kind,
}: {
  artifact: Artifact
  kind: PreviewKind
}) {
  const { t } = useTranslation('artifacts')
  const { data, error, refetch } = useArtifactText(id)
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton h={240} />
  const separator = content_type.startsWith('text/tab') ? '\t' : ','
  return (
    <>
      {kind === 'table' ? (
        <Rows text={data.text} separator={separator} name={name} />
      ) : (
        <ScrollArea.Autosize
          mah="60dvh"
          viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('contentOf', { name }) }}
        >
          <Text
            component="pre"
            size="xs"
            ff="monospace"
            m={0}
            style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
          >
            {kind === 'json' && data.isAll ? pretty(data.text) : data.text}
          </Text>
        </ScrollArea.Autosize>
      )}
      {!data.isAll && (
        <Text size="xs" c="dimmed">
          {t('onlyStart')}
        </Text>
      )}
    </>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function Rows({ text, separator, name }: { text: string; separator: string; name: string }) {
  const { t } = useTranslation('artifacts')
  const [head = [], ...rows] = useMemo(
    () => parseCsv(text, { separator, maxRows: MAX_ROWS + 1 }),
    [text, separator],
  )
  const cut = <Cell,>(cells: Cell[]) => cells.slice(0, MAX_COLUMNS)
  return (
    <>
      <ScrollArea.Autosize
        mah="60dvh"
        viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('contentOf', { name }) }}
      >
        <Table stickyHeader striped withColumnBorders fz="xs" aria-label={t('contentOf', { name })}>
          <Table.Thead>
            <Table.Tr>
              {cut(head).map((cell, index) => (
                <Table.Th key={index} scope="col">
                  {cell}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              <Table.Tr key={index}>
                {cut(row).map((cell, column) => (
                  <Table.Td key={column} maw={320} style={{ overflowWrap: 'anywhere' }}>
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {(rows.length >= MAX_ROWS || head.length > MAX_COLUMNS) && (
        <Text size="xs" c="dimmed">
          {t('onlyRows', { rows: MAX_ROWS, columns: MAX_COLUMNS })}
        </Text>
      )}
    </>
  )
}
