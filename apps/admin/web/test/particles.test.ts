import { expect, test } from '@jest/globals'
import { chooseParticles } from '../src/i18n/particles.ts'

test.each([
  ['개요(으)로 이동', '개요로 이동'],
  ['크론(으)로 이동', '크론으로 이동'],
  ['스케줄(으)로 이동', '스케줄로 이동'],
  ['작업 #120을(를) 취소할까요?', '작업 #120을 취소할까요?'],
  ['작업 #12이(가) 없습니다', '작업 #12가 없습니다'],
  ['“정산”와(과) 정산 (사본)은(는)', '“정산”과 정산 (사본)은'],
  // How an English name is read nobody knows.
  ['etl.load을(를) 저장했습니다', 'etl.load을(를) 저장했습니다'],
  ['1m 20s을(를) 넘긴 시도', '1m 20s을(를) 넘긴 시도'],
])('%s', (text, chosen) => {
  expect(chooseParticles(text)).toBe(chosen)
})
