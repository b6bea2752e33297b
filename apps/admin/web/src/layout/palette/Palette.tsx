import { Box, Input, Loader, Modal, Text, VisuallyHidden } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Command, type CommandGroup, matching } from './command.ts'
import classes from './Palette.module.css'
import { useActionCommands } from './useActionCommands.ts'
import { useFoundCommands } from './useFoundCommands.ts'
import { usePageCommands } from './usePageCommands.ts'

const DEBOUNCE_MS = 200

/** Goes anywhere and does what concerns the whole page, by typing. */
export function Palette({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTranslation('palette')
  return (
    <Modal.Root opened={isOpen} onClose={close} size="lg" yOffset="10dvh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label={t('title')} radius="md">
        {isOpen && <Search close={close} />}
      </Modal.Content>
    </Modal.Root>
  )
}

/**
 * A field with a list below, of which one line is active: the focus stays in the field, and `aria-activedescendant` tells
 * screen readers which line it is.
 */
function Search({ close }: { close: () => void }) {
  const { t } = useTranslation('palette')
  const [text, setText] = useState('')
  const [activeId, setActiveId] = useState<string | null>(null)
  const { groups, isSearching } = useGroups(text.trim())
  const listId = useId()
  const commands = groups.flatMap((group) => group.commands)
  const active = commands.find(({ id }) => id === activeId) ?? commands[0]
  useEffect(() => {
    if (active) document.getElementById(active.id)?.scrollIntoView({ block: 'nearest' })
  }, [active])

  const run = (command: Command) => {
    close()
    command.run()
  }
  const move = (step: number) => {
    const at = active ? commands.indexOf(active) : -1
    setActiveId(commands[(at + step + commands.length) % commands.length]?.id ?? null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter ends the writing of a syllable, too.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter' && active) run(active)
    else return
    event.preventDefault()
  }
  return (
    <>
      <Input
        size="md"
        classNames={{ input: classes.input }}
        leftSection={isSearching ? <Loader size={16} /> : <IconSearch size={18} aria-hidden />}
        data-autofocus
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setActiveId(null)
        }}
        onKeyDown={onKeyDown}
        placeholder={t('placeholder')}
        aria-label={t('title')}
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={active?.id}
        autoComplete="off"
        spellCheck={false}
      />
      <div id={listId} role="listbox" aria-label={t('title')} className={classes.list}>
        {groups.map(({ label, commands: some }) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; this groups options of a listbox
          <div key={label} role="group" aria-label={label}>
            <Text size="xs" c="dimmed" fw={600} px={10} py={4} aria-hidden>
              {label}
            </Text>
            {some.map((command) => (
              <Option
                key={command.id}
                command={command}
                isActive={command === active}
                onHover={() => setActiveId(command.id)}
                onChoose={() => run(command)}
              />
            ))}
          </div>
        ))}
      </div>
      {commands.length === 0 && (
        <Text c="dimmed" size="sm" ta="center" pb="lg">
          {t(isSearching ? 'searching' : 'nothing')}
        </Text>
      )}
      <Text
        size="xs"
        c="dimmed"
        px="md"
        py={8}
        style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
      >
        {t('hint')}
      </Text>
      <VisuallyHidden role="status">{t('results', { count: commands.length })}</VisuallyHidden>
    </>
  )
}

function useGroups(text: string): { groups: CommandGroup[]; isSearching: boolean } {
  const { t } = useTranslation('palette')
  const [q] = useDebouncedValue(text, DEBOUNCE_MS)
  const found = useFoundCommands(text === '' ? '' : q)
  const groups = [
    { label: t('group.pages'), commands: matching(usePageCommands(), text) },
    { label: t('group.found'), commands: found.commands },
    { label: t('group.actions'), commands: matching(useActionCommands(), text) },
  ]
  return {
    groups: groups.filter(({ commands }) => commands.length > 0),
    isSearching: found.isSearching || q !== text,
  }
}

function Option({
  command: { id, label, detail, icon: Icon },
  isActive,
  onHover,
  onChoose,
}: {
  command: Command
  isActive: boolean
  onHover: () => void
  onChoose: () => void
}) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which names the active line
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className={classes.option}
      onMouseMove={onHover}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <Icon size={18} stroke={1.6} aria-hidden />
      <Text size="sm" truncate flex={1}>
        {label}
      </Text>
      {detail && (
        <Box fz="xs" c="dimmed">
          {detail}
        </Box>
      )}
    </div>
  )
}
