import type en from '../en/audit.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '감사 기록',
} satisfies Translation<typeof en>
