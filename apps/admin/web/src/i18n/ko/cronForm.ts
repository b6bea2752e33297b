import type en from '../en/cronForm.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '크론',
} satisfies Translation<typeof en>
