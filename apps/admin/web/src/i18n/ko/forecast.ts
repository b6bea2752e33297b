import type en from '../en/forecast.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'forecast',
} satisfies Translation<typeof en>
