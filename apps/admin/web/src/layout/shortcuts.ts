/** The second key after `g`, and where it leads. */
export const GO_TO = {
  o: '/',
  c: '/crons',
  d: '/schedules',
  j: '/jobs',
  k: '/calendar',
  f: '/forecast',
  w: '/workers',
  h: '/handlers',
  a: '/audit',
  u: '/access',
  s: '/settings',
} as const

/** Where this browser keeps whether single keys do anything. */
export const SHORTCUTS_KEY = 'jobu-shortcuts'
