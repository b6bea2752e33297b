import { Anchor, Group, Paper, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import { Link } from 'react-router'

interface Props {
  title: string
  /** Beside the title: a count, a switch. */
  aside?: ReactNode
  /** Where the whole of it is. */
  to?: string
  linkText?: string
  /** As high as what stands beside it. */
  isTall?: boolean
  children: ReactNode
}

/** A part of the overview with its heading. */
export function Panel({ title, aside, to, linkText, isTall = true, children }: Props) {
  const id = useId()
  return (
    <Paper
      withBorder
      p="md"
      component="section"
      aria-labelledby={id}
      miw={0}
      {...(isTall ? { h: '100%', style: { display: 'flex', flexDirection: 'column' } } : {})}
    >
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="sm">
          <Title order={2} size="h5" id={id}>
            {title}
          </Title>
          {aside}
        </Group>
        {to && (
          <Anchor component={Link} to={to} size="sm">
            {linkText}
          </Anchor>
        )}
      </Group>
      {children}
    </Paper>
  )
}
