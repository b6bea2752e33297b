import { useMediaQuery } from '@mantine/hooks'

/** Mantine's breakpoints. */
const WIDTH_EM = { xs: 36, sm: 48, md: 62, lg: 75, xl: 88 }

/** Whether the window is narrower than a breakpoint, known already when it is first drawn. */
export const useNarrowerThan = (breakpoint: keyof typeof WIDTH_EM): boolean =>
  useMediaQuery(`(max-width: ${WIDTH_EM[breakpoint]}em)`, false, { getInitialValueInEffect: false })
