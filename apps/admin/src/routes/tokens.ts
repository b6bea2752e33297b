import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'
import { createTokenBody, listTokensQuery, newTokenAnswer, tokenAnswer, tokenPage } from '../schemas/token.ts'
import type { TokenService } from '../services/tokenService.ts'

const tag = 'tokens'

export function tokenEndpoints(tokens: TokenService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/tokens',
      tag,
      role: 'admin',
      summary: 'List API tokens, newest first',
      description: 'With those that were revoked or have expired.',
      query: listTokensQuery,
      answer: tokenPage,
      run: ({ query }) => tokens.list(query),
    }),
    endpoint({
      method: 'post',
      path: '/tokens',
      tag,
      role: 'admin',
      summary: 'Create an API token',
      description:
        'The answer is the only place where the token is shown. Without an expiry it does not expire.',
      body: createTokenBody,
      status: 201,
      answer: newTokenAnswer,
      async run({ body, actor }) {
        const token = await tokens.create(body, actor)
        return new Reply(token, { location: `/tokens/${token.id}` })
      },
    }),
    endpoint({
      method: 'get',
      path: '/tokens/:id',
      tag,
      role: 'admin',
      summary: 'One API token',
      answer: tokenAnswer,
      errors: ['TOKEN_NOT_FOUND'],
      run: ({ params }) => tokens.get(params.id),
    }),
    endpoint({
      method: 'delete',
      path: '/tokens/:id',
      tag,
      role: 'admin',
      summary: 'Revoke an API token',
      description: 'It is refused at once here, and within five seconds by every other admin process.',
      errors: ['TOKEN_NOT_FOUND'],
      run: ({ params, actor }) => tokens.revoke(params.id, actor),
    }),
  ]
}
