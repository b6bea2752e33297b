import type en from '../en/artifacts.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '파일',
  name: '이름',
  task: '태스크',
  size: '크기',
  from: '생성한 작업',
  made: '생성 시각',
  actions: '동작',
  attempt: '{{attempt}}번째 시도',
  preview: '미리 보기',
  previewOf: '{{name}} 미리 보기',
  download: '다운로드',
  downloadOf: '{{name}} 다운로드',
  contentOf: '{{name}} 내용',
  imageOf: '이미지 {{name}}',
  copySum: 'SHA-256 값 복사',
  onlyStart: '앞부분만 표시합니다. 전체 내용은 다운로드해 확인하세요.',
  onlyRows: '최대 {{rows}}행 {{columns}}열까지 표시합니다. 전체 내용은 다운로드해 확인하세요.',
  noneOfRun: '태스크가 남긴 파일이 없습니다.',
} satisfies Translation<typeof en>
