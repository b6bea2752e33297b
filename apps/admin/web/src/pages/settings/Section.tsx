import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A part of the settings, with a heading. */
export function Section({
  title,
  text,
  id,
  aside,
  children,
}: {
  title: string
  text?: string
  /** For links to it. */
  id?: string
  /** At the end of the heading. */
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <Paper withBorder radius="md" p="md" component="section" id={id} style={{ scrollMarginTop: 72 }}>
      <Stack gap="md">
        <div>
          <Group justify="space-between">
            <Title order={2} size="h4">
              {title}
            </Title>
            {aside}
          </Group>
          {text && (
            <Text size="sm" c="dimmed">
              {text}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </Paper>
  )
}

/** What something is called, and beside it what it is or how it is chosen. */
export function Row({ name, hint, children }: { name: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="sm" mih={36}>
      <div style={{ flex: '1 1 150px', maxWidth: 340 }}>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        {hint && (
          <Text size="xs" c="dimmed" component="div">
            {hint}
          </Text>
        )}
      </div>
      <Group gap="xs">{children}</Group>
    </Group>
  )
}
