import { TextInput, type TextInputProps } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

const DEBOUNCE_MS = 250

interface Props extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** As the address has it. */
  value: string | undefined
  onChange: (text: string) => void
  /** What else is typed is shown as wrong, and the address not told. */
  accepts?: RegExp
}

/**
 * A field for a filter of the address. The address follows once typing pauses: it changes in a transition, and a field
 * that waited for it would lose what is typed meanwhile.
 */
export function FilterText({ value = '', onChange, accepts, ...input }: Props) {
  const [text, setText] = useState(value)
  const isAccepted = (typed: string) => typed === '' || !accepts || accepts.test(typed)
  const told = useRef(value)
  const tell = useDebouncedCallback((typed: string) => {
    told.current = typed.trim()
    onChange(told.current)
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
      error={!isAccepted(text)}
      onChange={({ currentTarget: { value: typed } }) => {
        setText(typed)
        if (isAccepted(typed)) tell(typed)
      }}
    />
  )
}
