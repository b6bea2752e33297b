import { Box, Center, SimpleGrid, Skeleton, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../../api/apiError.ts'
import { LazyTimeChart } from '../../components/charts/LazyTimeChart.tsx'
import type { TimeChartProps } from '../../components/charts/TimeChart.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'

export interface ChartSpec extends Omit<TimeChartProps, 'height'> {
  title: string
  /** How long a place is. */
  resolution: string
}

const HEIGHT = 150

/** Charts side by side; one of which nothing was measured says so. */
export function ChartGrid({
  charts,
  isPending,
  error,
  onRetry,
}: {
  charts: ChartSpec[]
  isPending: boolean
  error: ApiError | null
  onRetry: () => void
}) {
  const { t } = useTranslation('overview')
  if (error) return <ErrorNotice error={error} onRetry={onRetry} />
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      {charts.map(({ title, resolution, ...chart }) => (
        <Box key={title} miw={0}>
          <Title order={3} size="sm" fw={600}>
            {title}{' '}
            <Text span size="xs" c="dimmed" fw={400}>
              {resolution}
            </Text>
          </Title>
          {isPending ? (
            <Skeleton h={HEIGHT} />
          ) : (
            <Box pos="relative">
              <LazyTimeChart {...chart} height={HEIGHT} />
              {chart.series.every(({ values }) => values.every((value) => value === null)) && (
                <Center pos="absolute" inset={0} h={HEIGHT}>
                  <Text size="sm" c="dimmed">
                    {t('charts.nothing')}
                  </Text>
                </Center>
              )}
            </Box>
          )}
        </Box>
      ))}
    </SimpleGrid>
  )
}
