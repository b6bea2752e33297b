import { json } from '@codemirror/lang-json'
import { Box, Text, useComputedColorScheme } from '@mantine/core'
import { githubDark, githubLight } from '@uiw/codemirror-theme-github'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './JsonEditor.module.css'
import type { Params } from './paramsSchema.ts'
import { sameJson } from './sameJson.ts'

interface Props {
  value: Params
  onChange: (value: Params, problem: string | null) => void
}

/** What admin's content security policy lets the editor's styles through with. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce

/** Params as JSON; while what stands there is none, its last readable value holds. */
export default function JsonEditor({ value, onChange }: Props) {
  const { t } = useTranslation('params')
  const scheme = useComputedColorScheme('light')
  const [text, setText] = useState(() => shown(value))
  const [problem, setProblem] = useState<string | null>(null)
  const told = useRef(value)
  useEffect(() => {
    if (sameJson(value, told.current)) return
    told.current = value
    setText(shown(value))
    setProblem(null)
  }, [value])
  const label = t('jsonLabel')
  const extensions = useMemo(
    () => [
      json(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      ...(nonce ? [EditorView.cspNonce.of(nonce)] : []),
    ],
    [label],
  )
  const type = (next: string) => {
    setText(next)
    const read = parse(next)
    const why =
      'value' in read ? null : read.message ? t('notJsonBecause', { why: read.message }) : t('notObject')
    setProblem(why)
    if ('value' in read) told.current = read.value
    onChange('value' in read ? read.value : told.current, why)
  }
  return (
    <Box>
      <Text size="sm" fw={500} mb={4} aria-hidden>
        {label}
      </Text>
      <div className={classes.frame} data-invalid={problem !== null || undefined}>
        <CodeMirror
          value={text}
          onChange={type}
          extensions={extensions}
          theme={scheme === 'dark' ? githubDark : githubLight}
          minHeight="120px"
          maxHeight="420px"
          indentWithTab={false}
          basicSetup={{ foldGutter: false, highlightActiveLine: false, highlightActiveLineGutter: false }}
        />
      </div>
      {problem && (
        <Text size="xs" c="red" mt={4} role="alert">
          {problem}
        </Text>
      )}
    </Box>
  )
}

const shown = (value: Params) => JSON.stringify(value, null, 2)

function parse(text: string): { value: Params } | { message: string | null } {
  if (text.trim() === '') return { value: {} }
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { value: value as Params } : { message: null }
  } catch (error) {
    return { message: (error as Error).message }
  }
}
