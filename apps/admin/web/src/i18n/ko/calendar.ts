import type en from '../en/calendar.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'calendar',
} satisfies Translation<typeof en>
