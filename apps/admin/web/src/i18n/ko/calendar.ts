import type en from '../en/calendar.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '달력',
} satisfies Translation<typeof en>
