import { NumberInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { WORDS_BELOW } from '../../components/wordsBelow.ts'
import { formatDuration } from '../../time/format.ts'
import type { CronValues } from './cronValues.ts'
import type { FieldsProps } from './GeneralFields.tsx'

type NumberName = {
  [Field in keyof CronValues]: number extends CronValues[Field] ? Field : never
}[keyof CronValues]

interface Props extends FieldsProps {
  field: NumberName
  min: number
  max: number
  /** The same in larger units is said beside it. */
  isSeconds?: boolean
  /** Empty means: none. */
  isOptional?: boolean
  isDisabled?: boolean
}

/** A whole number of a cron. */
export function NumberField({ form, errorOf, field, min, max, isSeconds, isOptional, isDisabled }: Props) {
  const { t } = useTranslation('cronForm')
  const value = form.values[field]
  const inUnits =
    isSeconds && typeof value === 'number' && value >= 60 ? ` (${formatDuration(value * 1_000)})` : ''
  return (
    <NumberInput
      label={t(`label.${field}`)}
      description={`${t(`help.${field}`)}${inUnits}`}
      inputWrapperOrder={WORDS_BELOW}
      min={min}
      max={max}
      allowDecimal={false}
      {...(isSeconds ? { suffix: t('seconds') } : {})}
      {...(isOptional ? { placeholder: t('noLimit') } : {})}
      disabled={isDisabled ?? false}
      value={value}
      onChange={(next) =>
        form.setFieldValue(field, typeof next === 'number' ? next : isOptional ? '' : Math.max(min, 0))
      }
      error={errorOf(field)}
    />
  )
}
