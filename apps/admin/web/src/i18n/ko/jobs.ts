import type en from '../en/jobs.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '작업',
} satisfies Translation<typeof en>
