import { Button, Group, Paper, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyIcon } from '../../components/CopyIcon.tsx'
import { CodeBlock } from './CodeBlock.tsx'

/** Lines of a long one that are shown at first. */
const LINES = 14

/** A value as JSON, to read and to copy. */
export function JsonBlock({ title, value, empty }: { title: string; value: unknown; empty: string }) {
  const { t } = useTranslation(['job'])
  const [isOpen, setOpen] = useState(false)
  const isEmpty =
    value === null ||
    value === undefined ||
    (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0)
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? '', [value])
  const lines = text.split('\n')
  const isLong = lines.length > LINES
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb="xs" mih={30}>
        <Title order={2} size="h4">
          {title}
        </Title>
        {!isEmpty && <CopyIcon text={text} />}
      </Group>
      {isEmpty ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        <>
          <CodeBlock label={t('json.label', { title })}>
            {isLong && !isOpen ? lines.slice(0, LINES).join('\n') : text}
          </CodeBlock>
          {isLong && (
            <Button
              size="compact-sm"
              variant="subtle"
              mt="xs"
              onClick={() => setOpen(!isOpen)}
              aria-expanded={isOpen}
            >
              {isOpen ? t('json.collapse') : t('json.expand', { number: lines.length })}
            </Button>
          )}
        </>
      )}
    </Paper>
  )
}
