import { Group, Skeleton, Text, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import classes from './Tile.module.css'

interface Props {
  label: string
  /** Undefined until it is known. */
  value: string | undefined
  /** Of what time or how many the figure is. */
  unit?: string | undefined
  /** A second figure, in small. */
  detail?: ReactNode
  /** The page behind the figure. */
  to: string
  /** Draws attention; the words say the same. */
  isAlarming?: boolean
  children?: ReactNode
}

/** One figure, and the way to what it counts. */
export function Tile({ label, value, unit, detail, to, isAlarming = false, children }: Props) {
  return (
    <UnstyledButton component={Link} to={to} className={classes.tile}>
      <Text size="sm" c="dimmed" component="div">
        {label}
      </Text>
      {value === undefined ? (
        <Skeleton h={28} w={72} my={4} />
      ) : (
        <Group gap={6} align="baseline" wrap="nowrap">
          <Text span className={classes.value} data-alarming={isAlarming || undefined}>
            {value}
          </Text>
          <Text span size="xs" c="dimmed" className={classes.unit}>
            {unit}
          </Text>
        </Group>
      )}
      <Text size="xs" c="dimmed" component="div" mih={20}>
        {detail}
      </Text>
      <div className={classes.foot}>{children}</div>
    </UnstyledButton>
  )
}
