import { ActionIcon, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** A button that puts a text on the clipboard, and says whether it is there. */
export function CopyIcon({ text, label }: { text: string | (() => string); label?: string }) {
  const { t } = useTranslation()
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready')
  // A page over plain HTTP has no clipboard.
  const copy = async () => {
    const isCopied = await Promise.resolve(
      navigator.clipboard?.writeText(typeof text === 'string' ? text : text()).then(() => true),
    ).catch(() => false)
    setState(isCopied ? 'copied' : 'failed')
    setTimeout(() => setState('ready'), 2_000)
  }
  const said = state === 'copied' ? t('copied') : state === 'failed' ? t('copyFailed') : (label ?? t('copy'))
  return (
    <Tooltip label={said} opened={state === 'ready' ? undefined : true}>
      <ActionIcon
        variant="subtle"
        color={state === 'copied' ? 'teal' : state === 'failed' ? 'red' : 'gray'}
        size={36}
        aria-label={said}
        onClick={() => void copy()}
      >
        {state === 'copied' ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}
