import type { InputWrapperProps } from '@mantine/core'

/** Inputs beside each other stand in line, however long what is said of them. */
export const WORDS_BELOW: NonNullable<InputWrapperProps['inputWrapperOrder']> = [
  'label',
  'input',
  'description',
  'error',
]
