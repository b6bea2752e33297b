import UPlot from 'uplot'
import type { Series, TimeChartProps } from './TimeChart.tsx'

const TICK_SPACE_PX = 90
const AXIS_HEIGHT_PX = 28
/** Of a character in FONT, about. */
const CHARACTER_PX = 6
const LEAST_AXIS_PX = 32
/** How much of its place a bar takes, and its greatest width in pixels. */
const BAR = [0.72, 26] as const
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

/**
 * How a chart is drawn.
 *
 * @param latest  the present properties: data changes more often than the plot is made
 */
export function timeChartOptions(
  latest: () => TimeChartProps,
  scheme: 'light' | 'dark',
  width: number,
): UPlot.Options {
  const { series, height = 180, isStacked = false, isLogarithmic = false } = latest()
  const [text, grid] = scheme === 'dark' ? ['#a9b0b8', '#2c3136'] : ['#5c636a', '#e9ecef']
  const format = (value: number) => (latest().format ?? String)(value)
  const inOrder = isStacked ? series.toReversed() : series
  const axis = { stroke: text, font: FONT, ticks: { show: false } }
  return {
    width,
    height: height + AXIS_HEIGHT_PX,
    // The name of the last place is as long to the right of it as to the left.
    padding: [8, Math.max(8, ((latest().labels[0]?.length ?? 0) * CHARACTER_PX) / 2), 0, 0],
    scales: {
      x: { time: false, range: (_plot, min, max) => [min - 0.5, max + 0.5] },
      y: {
        distr: isLogarithmic ? 3 : 1,
        range: isLogarithmic ? undefined : (_plot, _min, max) => [0, Math.max(max, 1) * 1.08],
      },
    },
    axes: [
      {
        ...axis,
        size: AXIS_HEIGHT_PX,
        space: TICK_SPACE_PX,
        incrs: [1, 2, 3, 5, 6, 10, 12, 15, 20, 24, 30, 48, 60, 120, 240, 480, 1_440],
        grid: { show: false },
        values: (_plot, places) => places.map((place) => latest().labels[place] ?? ''),
      },
      {
        ...axis,
        size: (_plot, values) =>
          Math.max(
            LEAST_AXIS_PX,
            14 + CHARACTER_PX * Math.max(0, ...(values ?? []).map((value) => value.length)),
          ),
        grid: { stroke: grid, width: 1 },
        values: (_plot, values) => values.map((value) => (value === null ? '' : format(value))),
      },
    ],
    series: [
      { label: ' ', value: (_plot, place) => latest().labels[place] ?? '' },
      ...inOrder.map((one) => seriesOptions(one, latest, format)),
    ],
    cursor: { drag: { x: false, y: false }, points: { size: 6 }, y: false },
    legend: { live: true },
    hooks: {
      ready: [
        (plot) =>
          plot.over.addEventListener('click', () => {
            if (plot.cursor.idx != null) latest().onPick?.(plot.cursor.idx)
          }),
      ],
    },
  }
}

function seriesOptions(
  { label, color: name, kind = 'bar', isDashed }: Series,
  latest: () => TimeChartProps,
  format: (value: number) => string,
): UPlot.Series {
  const color = cssColor(name)
  return {
    label,
    stroke: color,
    width: kind === 'bar' ? 0 : 2,
    fill: kind === 'bar' ? color : kind === 'area' ? `${color}33` : undefined,
    paths: kind === 'bar' ? UPlot.paths.bars!({ size: [...BAR], radius: 0.15 }) : UPlot.paths.spline!(),
    points: { show: false },
    dash: isDashed ? [6, 4] : undefined,
    // Its own value, not the sum it is drawn at.
    value: (_plot, _drawn, _index, place) => {
      const value = place == null ? null : latest().series.find((one) => one.label === label)?.values[place]
      if (place == null) return ''
      return value == null ? '–' : format(value)
    },
  }
}

/** Canvas knows no CSS variables. */
function cssColor(name: string): string {
  return (
    getComputedStyle(document.documentElement).getPropertyValue(`--mantine-color-${name}-6`).trim() || name
  )
}
