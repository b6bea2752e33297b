import type en from '../en/dag.ts'
import type { Translation } from '../translation.ts'

export default {
  find: '태스크 찾기',
  zoomIn: '확대',
  zoomOut: '축소',
  fit: '전체 보기',
  layOut: '자동 배치',
  fold: '같은 태스크 접기',
  after: '선행: {{keys}}',
  edge: '{{child}}은(는) {{parent}} 다음에 실행',
  hasCondition: '조건부 실행',
  isEach: '목록의 항목마다 실행',
  many_other: '태스크 {{count}}개',
  kind: { handler: '핸들러', schedule: '스케줄', approval: '승인', event: '이벤트' },
  rule: {
    all_success: '모두 성공',
    all_done: '모두 종료',
    one_success: '하나라도 성공',
    one_failed: '하나라도 실패',
    none_failed: '실패 없음',
  },
  a11y: {
    node: 'Enter로 태스크를 선택하고 Escape로 해제합니다. 편집할 수 있으면 Delete로 삭제합니다.',
    edge: 'Enter로 의존 관계를 선택하고 Delete로 삭제합니다.',
    moved: '이동함',
  },
} satisfies Translation<typeof en>
