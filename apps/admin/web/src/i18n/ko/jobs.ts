import type en from '../en/jobs.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'jobs',
} satisfies Translation<typeof en>
