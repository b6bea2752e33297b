import 'uplot/dist/uPlot.min.css'
import { Box, useComputedColorScheme, VisuallyHidden } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import { stackedData } from './stackedData.ts'
import classes from './TimeChart.module.css'
import { timeChartOptions } from './timeChartOptions.ts'

export interface Series {
  label: string
  /** One for each place; null leaves a gap. */
  values: Array<number | null>
  /** Of Mantine's palette. */
  color: string
  kind?: 'bar' | 'line' | 'area'
  /** Dashed, for a limit or an expectation. */
  isDashed?: boolean
}

export interface TimeChartProps {
  /** What it shows, in a sentence: who does not see it hears this and reads the table. */
  label: string
  /** Below each place. */
  labels: string[]
  series: Series[]
  /** Of the plot in pixels, without the legend. */
  height?: number
  isStacked?: boolean
  isLogarithmic?: boolean
  format?: (value: number) => string
  /** Called with the place that was clicked. */
  onPick?: (place: number) => void
}

/** Values over time as bars or lines; the legend tells those under the pointer, a hidden table tells all. */
export function TimeChart(props: TimeChartProps) {
  const {
    label,
    labels,
    series,
    height = 180,
    format = String,
    isStacked = false,
    isLogarithmic = false,
  } = props
  const scheme = useComputedColorScheme('light')
  const { ref: measure, width } = useElementSize()
  const frame = useRef<HTMLDivElement>(null)
  const frameRef = useMergedRef(measure, frame)
  const latest = useRef(props)
  latest.current = props
  const plot = useRef<UPlot | null>(null)
  // All that makes another plot, as a text: data alone only moves the one there is.
  const shape = JSON.stringify([
    series.map(({ values, ...one }) => one),
    isStacked,
    isLogarithmic,
    scheme,
    height,
  ])

  useEffect(() => {
    if (width === 0) return
    const made = new UPlot(
      timeChartOptions(() => latest.current, scheme, width),
      stackedData(latest.current),
      frame.current!,
    )
    plot.current = made
    return () => {
      made.destroy()
      plot.current = null
    }
  }, [shape, width])
  useEffect(
    () => plot.current?.setData(stackedData({ labels, series, isStacked })),
    [labels, series, isStacked],
  )

  return (
    <Box pos="relative">
      <Box role="img" aria-label={label}>
        <div ref={frameRef} className={classes.plot} style={{ minHeight: height }} aria-hidden />
      </Box>
      <VisuallyHidden>
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <td />
              {series.map(({ label: name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((place, index) => (
              <tr key={place}>
                <th scope="row">{place}</th>
                {series.map(({ label: name, values }) => (
                  <td key={name}>{values[index] == null ? '–' : format(values[index])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </Box>
  )
}
