import { Box, Group, Text } from '@mantine/core'
import classes from './HeatMap.module.css'
import type { HeatMark } from './HeatMapCell.tsx'
import { type HeatColor, heatFill } from './heatFill.ts'

interface LegendEntry extends HeatColor {
  label: string
  mark?: HeatMark
  /** At the end of its line. */
  value?: string
}

/** What the colours and marks of a heat map mean. */
export function HeatLegend({ entries }: { entries: LegendEntry[] }) {
  return (
    <Group gap="md" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {entries.map(({ label, mark, value, ...color }) => (
        <Text key={label} size="xs" c="dimmed" component="li" className={classes.legend}>
          <Box
            component="span"
            className={classes.cell}
            aria-hidden
            data-mark={mark}
            data-empty={!color.color || undefined}
            style={{ ['--heat-size' as string]: '12px', background: heatFill(color) }}
          />
          {label}
          {value && (
            <Text span inherit fw={600} c="var(--mantine-color-text)" className="tabular">
              {value}
            </Text>
          )}
        </Text>
      ))}
    </Group>
  )
}
