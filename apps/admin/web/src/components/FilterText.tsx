import { TextInput, type TextInputProps } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

const DEBOUNCE_MS = 250

interface Props extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** As the address has it. */
  value: string | undefined
  onChange: (text: string) => void
}

/**
 * A field for a filter of the address. The address follows once typing pauses: it changes in a transition, and a field
 * that waited for it would lose what is typed meanwhile.
 */
export function FilterText({ value = '', onChange, ...input }: Props) {
  const [text, setText] = useState(value)
  const told = useRef(value)
  const tell = useDebouncedCallback((next: string) => {
    told.current = next
    onChange(next)
  }, DEBOUNCE_MS)
  useEffect(() => {
    // Changed by something else: a link, Back, a button that clears.
    if (value === told.current) return
    told.current = value
    setText(value)
  }, [value])
  return (
    <TextInput
      {...input}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        tell(event.currentTarget.value)
      }}
    />
  )
}
