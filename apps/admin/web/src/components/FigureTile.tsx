import { Paper, Skeleton, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  name: string
  /** A line below. */
  more?: ReactNode
  isPending?: boolean
  /** A `Figure`, or what stands in its place. */
  children: ReactNode
}

/** A figure in a frame, below its name. */
export function FigureTile({ name, more, isPending, children }: Props) {
  return (
    <Paper withBorder px="sm" py={8} miw={0}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      {isPending ? <Skeleton h={20} my={4} w="60%" /> : children}
      {more && !isPending && (
        <Text size="xs" c="dimmed">
          {more}
        </Text>
      )}
    </Paper>
  )
}

/** @param isBad  draws attention; the words beside it say the same */
export const Figure = ({ children, isBad = false }: { children: ReactNode; isBad?: boolean }) => (
  <Text fw={650} size="lg" className="tabular" {...(isBad ? { c: 'light-dark(#c92a2a, #ff8787)' } : {})}>
    {children}
  </Text>
)
