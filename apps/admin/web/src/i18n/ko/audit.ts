import type en from '../en/audit.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'audit',
} satisfies Translation<typeof en>
