import { Group, Text, UnstyledButton } from '@mantine/core'
import { Link } from 'react-router'

export function Logo() {
  return (
    <UnstyledButton component={Link} to="/" aria-label="jobu">
      <Group gap={8} wrap="nowrap">
        <img src="/icon.svg" alt="" width={26} height={26} />
        <Text fw={750} size="lg" visibleFrom="xs" lts={-0.3}>
          jobu
        </Text>
      </Group>
    </UnstyledButton>
  )
}
