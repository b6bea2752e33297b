import { createTheme, Modal, Tooltip } from '@mantine/core'

const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif'

export const theme = createTheme({
  colors: {
    // Mantine's greys are warm; ours have the blue of the page in them.
    dark: [
      '#d6dae0',
      '#b6bcc5',
      '#a3abb5',
      '#747c88',
      '#3d434b',
      '#31363d',
      '#262a30',
      '#1d2024',
      '#16181b',
      '#101214',
    ],
  },
  primaryColor: 'indigo',
  primaryShade: 7,
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: SANS,
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK KR", monospace',
  headings: { fontFamily: SANS, fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withArrow: true } }),
    Modal: Modal.extend({ defaultProps: { centered: true } }),
  },
})
