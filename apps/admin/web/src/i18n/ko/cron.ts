import type en from '../en/cron.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'cron',
} satisfies Translation<typeof en>
