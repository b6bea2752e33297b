import type en from '../en/overview.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '개요',
} satisfies Translation<typeof en>
