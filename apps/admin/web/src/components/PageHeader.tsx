import { Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'

interface Props {
  title: string
  /** A line below: what one sees here. */
  description?: ReactNode
  /** Beside the title: a status, a badge. */
  aside?: ReactNode
  /** Buttons, at the end of the line. */
  children?: ReactNode
}

/** The heading of a page, also as the title of the window. */
export function PageHeader({ title, description, aside, children }: Props) {
  useEffect(() => {
    document.title = `${title} · jobu`
  }, [title])
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <Stack gap={2} miw={0}>
        <Group gap="sm">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {aside}
        </Group>
        {description && (
          <Text c="dimmed" size="sm" component="div">
            {description}
          </Text>
        )}
      </Stack>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  )
}
