import type en from '../en/workers.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'workers',
} satisfies Translation<typeof en>
