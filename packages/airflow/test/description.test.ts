import { describe, expect, test } from '@jest/globals'
import { Description, type Match } from './support/description.ts'

const NONE = new URLSearchParams()
const JSON_TYPE = 'application/json'

describe.each([2, 3] as const)('the description of Airflow %s', (version) => {
  const description = Description.of(version)
  const api = `/api/v${version - 1}`
  const find = (method: string, path: string): Match => description.find(method, api + path)!
  const dagPatch = find('PATCH', '/dags/a%20b')

  test('finds an operation and its parts', () => {
    expect(dagPatch).toMatchObject({ name: 'PATCH /dags/{dag_id}', params: { dag_id: 'a b' } })
    expect(find('GET', '/dags/a/dagRuns/b/taskInstances')).toMatchObject({
      params: { dag_id: 'a', dag_run_id: 'b' },
    })
    expect(description.find('PUT', `${api}/dags/a`)).toBeNull()
  })

  test.each([
    ['a body that is as described', { is_paused: true }, NONE, 0],
    ['a key that is not described', { is_paused: true, nope: 1 }, NONE, 1],
    ['a value of another type', { is_paused: 'yes' }, NONE, 1],
    ['no body', undefined, NONE, 1],
    ['a query that is not described', { is_paused: true }, new URLSearchParams({ nope: '1' }), 1],
  ])('of a request, %s', (_, body, query, count) => {
    expect(description.requestFaults(dagPatch, query, body, JSON_TYPE)).toHaveLength(count)
  })

  test('refuses a query of another type, and what only Airflow may say', () => {
    const runs = find('GET', '/dags/a/dagRuns')
    const faults = (query: Record<string, string>) =>
      description.requestFaults(runs, new URLSearchParams(query), undefined, '')
    expect(faults({ limit: '5', updated_at_gte: '2026-03-01T00:00:00Z', order_by: 'id' })).toEqual([])
    expect(faults({ limit: 'many' })).toHaveLength(1)
    expect(faults({ updated_at_gte: 'yesterday' })).toHaveLength(1)
    const trigger = find('POST', '/dags/a/dagRuns')
    const body = { dag_run_id: 'x', conf: {}, state: 'success' }
    expect(description.requestFaults(trigger, NONE, body, JSON_TYPE)).toHaveLength(1)
  })

  test('refuses an answer of another shape, status or type', () => {
    const of = (status: number, type: string, body: unknown) =>
      description.answerFaults(dagPatch, status, type, body)
    expect(of(200, JSON_TYPE, { dag_id: 5 })[0]).toContain('must be string')
    expect(of(299, JSON_TYPE, {})).toEqual(['PATCH /dags/{dag_id} has no answer 299'])
    expect(of(200, 'text/html', '')[0]).toContain('is not of type')
    const runs = find('GET', '/dags/a/dagRuns')
    const collection = (state: string) => ({
      dag_runs: [
        {
          dag_run_id: 'a',
          dag_id: 'b',
          run_after: '2026-03-01T00:00:00Z',
          run_type: 'manual',
          state,
          dag_versions: [],
          dag_display_name: 'b',
        },
      ],
      total_entries: 1,
    })
    expect(description.answerFaults(runs, 200, JSON_TYPE, collection('queued'))).toEqual([])
    expect(description.answerFaults(runs, 200, JSON_TYPE, collection('nonsense'))[0]).toContain(
      'must be equal to one of',
    )
  })
})
