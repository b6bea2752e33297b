/** Opens the command palette, as Ctrl+K does. */
export function openPalette(): void {}
