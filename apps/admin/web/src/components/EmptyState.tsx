import { Center, Stack, Text, ThemeIcon } from '@mantine/core'
import { IconInbox, type TablerIcon } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** Why nothing is here, and the first step. */
export function EmptyState({
  title,
  text,
  icon: Icon = IconInbox,
  children,
}: {
  title: string
  text?: ReactNode
  icon?: TablerIcon
  /** A button or link to the first step. */
  children?: ReactNode
}) {
  return (
    <Center py="xl" px="md">
      <Stack align="center" gap="xs" maw={460}>
        <ThemeIcon size={48} radius="xl" variant="light" color="gray">
          <Icon aria-hidden />
        </ThemeIcon>
        <Text fw={600}>{title}</Text>
        {text && (
          <Text c="dimmed" size="sm" ta="center" component="div">
            {text}
          </Text>
        )}
        {children}
      </Stack>
    </Center>
  )
}
