import type en from '../en/forecast.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '예측',
} satisfies Translation<typeof en>
