import type en from '../en/job.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'job',
} satisfies Translation<typeof en>
