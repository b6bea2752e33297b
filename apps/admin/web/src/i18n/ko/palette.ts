import type en from '../en/palette.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '검색, 이동, 실행',
  placeholder: '페이지, 크론, 핸들러, 작업 ID 또는 할 일을 입력하세요',
  group: { found: '검색 결과', pages: '페이지', actions: '실행' },
  job: '작업 #{{id}}',
  cron: '크론',
  schedule: '스케줄',
  handler: '핸들러',
  searching: '검색 중',
  nothing: '일치하는 항목이 없습니다.',
  results_other: '결과 {{count}}개',
  hint: '위아래 키로 선택, Enter로 이동, Esc로 닫기',
  action: {
    newCron: '새 크론',
    newJob: '새 작업',
    failures: '실패한 작업',
    running: '실행 중인 작업',
    pause: '실시간 갱신 일시 중지',
    resume: '실시간 갱신 다시 시작',
    zone: '시간대: {{zone}}',
    theme: '테마: {{theme}}',
    language: '언어: {{language}}',
    start: '스케줄러 시작',
    stop: '스케줄러 중지',
    password: '비밀번호 변경',
    shortcuts: '키보드 단축키',
    docs: 'API 문서',
    signOut: '로그아웃',
  },
} satisfies Translation<typeof en>
