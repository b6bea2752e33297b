import './chartJs.ts'
import { Box, useComputedColorScheme, VisuallyHidden } from '@mantine/core'
import type { ChartData, ChartOptions } from 'chart.js'
import { useMemo } from 'react'
import { Chart } from 'react-chartjs-2'

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

interface Props {
  /** What it shows, in a sentence: who does not see it hears this and reads the table. */
  label: string
  /** Below each place. */
  labels: string[]
  series: Series[]
  height?: number
  isStacked?: boolean
  isLogarithmic?: boolean
  format?: (value: number) => string
  /** Called with the place that was clicked. */
  onPick?: (place: number) => void
}

const MAX_TICKS = 8

/** Values over time as bars or lines, with the same as a table for screen readers. */
export function TimeChart({
  label,
  labels,
  series,
  height = 180,
  isStacked = false,
  isLogarithmic = false,
  format = String,
  onPick,
}: Props) {
  const scheme = useComputedColorScheme('light')
  const data = useMemo(() => chartData(labels, series), [labels, series])
  const options = useMemo<ChartOptions<'bar' | 'line'>>(() => {
    const [text, grid] = scheme === 'dark' ? ['#a9b0b8', '#2c3136'] : ['#5c636a', '#e9ecef']
    return {
      onClick: (_event, [element]) => element && onPick?.(element.index),
      plugins: {
        legend: {
          display: series.length > 1,
          position: 'bottom',
          labels: { color: text, boxWidth: 10, boxHeight: 10, padding: 12 },
        },
        tooltip: {
          callbacks: {
            label: ({ dataset, parsed }) => `${dataset.label}: ${parsed.y === null ? '–' : format(parsed.y)}`,
          },
        },
      },
      scales: {
        x: {
          stacked: isStacked,
          grid: { display: false },
          border: { color: grid },
          ticks: { color: text, maxTicksLimit: MAX_TICKS, maxRotation: 0 },
        },
        y: {
          type: isLogarithmic ? 'logarithmic' : 'linear',
          stacked: isStacked,
          beginAtZero: true,
          grid: { color: grid },
          border: { display: false },
          ticks: { color: text, maxTicksLimit: 5, callback: (value) => format(Number(value)) },
        },
      },
    }
  }, [scheme, series.length, isStacked, isLogarithmic, format, onPick])
  return (
    <Box pos="relative">
      <Box h={height} role="img" aria-label={label}>
        <Chart type="bar" data={data} options={options} />
      </Box>
      <VisuallyHidden>
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col" />
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

function chartData(labels: string[], series: Series[]): ChartData<'bar' | 'line', Array<number | null>> {
  // Canvas knows no CSS variables.
  const style = getComputedStyle(document.documentElement)
  const colorOf = (name: string) => style.getPropertyValue(`--mantine-color-${name}-6`).trim() || name
  return {
    labels,
    datasets: series.map(({ label, values, color: name, kind = 'bar', isDashed }) => {
      const color = colorOf(name)
      if (kind === 'bar')
        return {
          type: 'bar' as const,
          label,
          data: values,
          backgroundColor: color,
          borderRadius: 2,
          maxBarThickness: 28,
        }
      return {
        type: 'line' as const,
        label,
        data: values,
        borderColor: color,
        backgroundColor: `${color}33`,
        fill: kind === 'area',
        borderWidth: 2,
        pointRadius: 0,
        pointHitRadius: 8,
        tension: 0.25,
        ...(isDashed ? { borderDash: [6, 4] } : {}),
      }
    }),
  }
}
