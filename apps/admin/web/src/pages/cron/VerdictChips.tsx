import { Box, Chip, Group, Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { VERDICTS, type Verdict, verdictColor } from './slotVerdict.ts'

/** How many slots have each verdict; one of them filters. */
export function VerdictChips({
  summary,
  verdict,
  onPick,
}: {
  summary: Record<string, number> | undefined
  verdict: Verdict | undefined
  onPick: (verdict: Verdict | null) => void
}) {
  const { t, i18n } = useTranslation('cron')
  if (!summary) return <Skeleton h={28} w={360} maw="100%" />
  const shown = VERDICTS.filter((one) => summary[one] || one === verdict)
  if (shown.length === 0) return null
  const total = Object.values(summary).reduce((sum, count) => sum + count, 0)
  const count = (value: number) => value.toLocaleString(i18n.language)
  return (
    <Chip.Group value={verdict ?? ''} onChange={(next) => onPick((next || null) as Verdict | null)}>
      <Group gap={6} role="radiogroup" aria-label={t('slots.filter')}>
        <Chip value="" size="xs" variant="outline">
          {t('slots.all')} {count(total)}
        </Chip>
        {shown.map((one) => (
          <Chip key={one} value={one} size="xs" variant="outline">
            <Dot color={verdictColor(one)} /> {t(`verdict.${one}`)} {count(summary[one] ?? 0)}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  )
}

const Dot = ({ color }: { color: string }) => (
  <Box
    component="span"
    aria-hidden
    display="inline-block"
    w={8}
    h={8}
    mr={2}
    style={{ borderRadius: '50%', background: `var(--mantine-color-${color}-6)` }}
  />
)
