let show = () => {}

/** Names what opens the palette, while it can be. @returns what takes that back */
export function offerPalette(open: () => void): () => void {
  show = open
  return () => {
    show = () => {}
  }
}

/** Opens the command palette, as Ctrl+K does. */
export function openPalette(): void {
  show()
}
