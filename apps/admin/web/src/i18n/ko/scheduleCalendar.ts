import type en from '../en/scheduleCalendar.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '스케줄 달력',
  description: '기준 날짜별 실행과 현재 상태입니다. 날짜를 선택하면 그날의 실행을 볼 수 있습니다.',
  toSchedules: '스케줄 목록으로',
  previous: '이전 달',
  next: '다음 달',
  thisMonth: '이번 달',
  today: '오늘',
  grid: '{{month}}의 일별 실행',
  nothing: '실행 없음',
  totals: '이번 달 합계',
  runs: '실행',
  run: '실행',
  schedule: '스케줄',
  all: '모든 스케줄',
  dayRuns: '{{day}}의 실행',
  rebuild: {
    action: '다시 집계',
    title: '{{month}} 통계를 다시 집계할까요?',
    message:
      '이 달의 수치를 실행 기록에서 다시 계산하고, 달라진 내용을 알려 줍니다. 삭제되는 것은 없으며 보존 기간이 지난 날짜의 수치는 그대로 둡니다.',
    done: '{{month}} 통계를 다시 집계했습니다',
    same: '달라진 수치가 없습니다.',
    corrected_other: '수치 {{count}}개가 달라 바로잡았습니다.',
    one: '{{date}}, {{status}}: {{was}} → {{is}}',
  },
} satisfies Translation<typeof en>
