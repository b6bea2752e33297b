import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'
import { createUserBody, listUsersQuery, updateUserBody, userAnswer, userPage } from '../schemas/user.ts'
import type { UserService } from '../services/userService.ts'

const tag = 'users'

export function userEndpoints(users: UserService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/users',
      tag,
      role: 'admin',
      summary: 'List users',
      query: listUsersQuery,
      answer: userPage,
      run: ({ query }) => users.list(query),
    }),
    endpoint({
      method: 'post',
      path: '/users',
      tag,
      role: 'admin',
      summary: 'Create a user',
      body: createUserBody,
      status: 201,
      answer: userAnswer,
      errors: ['USER_NAME_TAKEN', 'TOO_MANY_REQUESTS'],
      async run({ body, actor }) {
        const user = await users.create(body, actor)
        return new Reply(user, { location: `/users/${user.id}` })
      },
    }),
    endpoint({
      method: 'get',
      path: '/users/:id',
      tag,
      role: 'admin',
      summary: 'One user',
      answer: userAnswer,
      errors: ['USER_NOT_FOUND'],
      run: ({ params }) => users.get(params.id),
    }),
    endpoint({
      method: 'patch',
      path: '/users/:id',
      tag,
      role: 'admin',
      summary: 'Change parts of a user',
      description: 'Another password, or `is_enabled: false`, ends the sessions of the user.',
      body: updateUserBody,
      answer: userAnswer,
      errors: ['USER_NOT_FOUND', 'USER_NAME_TAKEN', 'LAST_ADMIN', 'TOO_MANY_REQUESTS'],
      run: ({ params, body, actor }) => users.update(params.id, body, actor),
    }),
    endpoint({
      method: 'delete',
      path: '/users/:id',
      tag,
      role: 'admin',
      summary: 'Delete a user',
      description: 'What the user did stays in the audit log; API tokens that the user made stay valid.',
      errors: ['USER_NOT_FOUND', 'LAST_ADMIN'],
      run: ({ params, actor }) => users.remove(params.id, actor),
    }),
  ]
}
