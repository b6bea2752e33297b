const [WIDTH, HEIGHT] = [100, 24]

/** The course of a figure, without a scale: the figure itself stands beside it. */
export function Sparkline({ values, color }: { values: Array<number | null>; color: string }) {
  const highest = Math.max(1, ...values.map((value) => value ?? 0))
  const bar = WIDTH / Math.max(values.length, 1)
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      width="100%"
      height={HEIGHT}
      aria-hidden
      style={{ display: 'block' }}
    >
      {values.map((value, place) => {
        if (!value) return null
        const height = Math.max(1.5, (value / highest) * HEIGHT)
        return (
          <rect
            key={place}
            x={place * bar}
            y={HEIGHT - height}
            width={bar * 0.75}
            height={height}
            fill={`var(--mantine-color-${color}-filled)`}
          />
        )
      })}
    </svg>
  )
}
