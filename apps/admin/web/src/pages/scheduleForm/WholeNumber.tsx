import { NumberInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { WORDS_BELOW } from '../../components/wordsBelow.ts'
import { formatDuration } from '../../time/format.ts'

interface Props {
  /** Of `scheduleForm:label` and `scheduleForm:help`. */
  field:
    | 'deadline_seconds'
    | 'max_retry'
    | 'retry_delay_seconds'
    | 'timeout_seconds'
    | 'priority'
    | 'minute'
    | 'max_active_runs'
    | 'misfire_limit'
    | 'misfire_grace_seconds'
  value: number | null | undefined
  /** Undefined: as the default says, or none. */
  onChange: (value: number | undefined) => void
  /** What holds while nothing is said; none: no limit. */
  byDefault?: number
  min: number
  max?: number
  /** The same in larger units is said beside it. */
  isSeconds?: boolean
  isDisabled?: boolean
  error: string | undefined
  path: string
}

/** A whole number, or nothing. */
export function WholeNumber(props: Props) {
  const {
    field,
    value,
    onChange,
    byDefault,
    min,
    max = 2_147_483_647,
    isSeconds,
    isDisabled,
    error,
    path,
  } = props
  const { t } = useTranslation('scheduleForm')
  const inUnits =
    isSeconds && typeof value === 'number' && value >= 60 ? ` (${formatDuration(value * 1_000)})` : ''
  return (
    <NumberInput
      label={t(`label.${field}`)}
      description={`${t(`help.${field}`)}${inUnits}`}
      inputWrapperOrder={WORDS_BELOW}
      placeholder={byDefault === undefined ? t('noLimit') : String(byDefault)}
      min={min}
      max={max}
      allowDecimal={false}
      {...(isSeconds ? { suffix: t('seconds') } : {})}
      disabled={isDisabled ?? false}
      value={value ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
      error={error}
      data-path={path}
    />
  )
}
