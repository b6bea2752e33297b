import type { TablerIcon } from '@tabler/icons-react'

/** A line of the palette. */
export interface Command {
  /** Unique among them, and fit for an `id` in the page. */
  id: string
  label: string
  /** What it is, where the label alone does not say. */
  detail?: string
  /** Other words it is found by. */
  keywords?: string
  icon: TablerIcon
  run: () => void
}

export interface CommandGroup {
  label: string
  commands: Command[]
}

/** Those in which each word of a text occurs. */
export function matching(commands: Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return commands.filter(({ label, detail, keywords }) => {
    const all = `${label} ${detail ?? ''} ${keywords ?? ''}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
