import type en from '../en/handlers.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'handlers',
} satisfies Translation<typeof en>
