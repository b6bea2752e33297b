import type en from '../en/handlers.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '핸들러',
} satisfies Translation<typeof en>
