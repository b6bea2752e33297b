export const LEVELS = ['low', 'high', 'over'] as const
type LoadLevel = (typeof LEVELS)[number]

const HIGH = 0.8

/** How an expected number of running executions stands to the slots there are; without workers it says nothing. */
export function loadLevel(expected: number, slots: number): LoadLevel {
  if (slots === 0 || expected <= slots * HIGH) return 'low'
  return expected <= slots ? 'high' : 'over'
}
