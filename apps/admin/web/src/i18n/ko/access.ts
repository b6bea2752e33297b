import type en from '../en/access.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '사용자와 토큰',
  signIn: {
    title: 'jobu 로그인',
    text: '사용자 이름과 비밀번호를 입력하세요.',
    name: '이름',
    password: '비밀번호',
    submit: '로그인',
    refused: '이름 또는 비밀번호가 올바르지 않습니다.',
  },
} satisfies Translation<typeof en>
