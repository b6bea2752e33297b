import { SegmentedControl } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { DayCharts } from './DayCharts.tsx'
import { FortnightCharts } from './FortnightCharts.tsx'
import { HourCharts } from './HourCharts.tsx'
import { Panel } from './Panel.tsx'

const RANGES = ['hour', 'day', 'fortnight'] as const
type Range = (typeof RANGES)[number]
const CHARTS = { hour: HourCharts, day: DayCharts, fortnight: FortnightCharts }

/** How much went through, how late, and what waited: by minute, or further back by hour. */
export function LoadCharts() {
  const { t } = useTranslation('overview')
  const [range, setRange] = useLocalStorage<Range>({
    key: 'jobu-overview-range',
    defaultValue: 'hour',
    getInitialValueInEffect: false,
    deserialize: (text) => RANGES.find((one) => `"${one}"` === text) ?? 'hour',
  })
  const Charts = CHARTS[range]
  return (
    <Panel
      title={t('charts.title')}
      aside={
        <SegmentedControl
          size="xs"
          value={range}
          onChange={(value) => setRange(value as Range)}
          data={RANGES.map((value) => ({ value, label: t(`charts.${value}`) }))}
          aria-label={t('charts.range')}
        />
      }
    >
      <Charts range={t(`charts.${range}`)} />
    </Panel>
  )
}
