import type en from '../en/workers.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '워커',
} satisfies Translation<typeof en>
