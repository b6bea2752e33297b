import { describe, expect, test } from '@jest/globals'
import { airflowFaults } from '../src/index.ts'

const fieldsOf = (schedule: Partial<Parameters<typeof airflowFaults>[0]>) =>
  airflowFaults({ tasks: [], ...schedule }).map(({ field }) => field)

describe('airflowFaults', () => {
  test.each(['0 3 * * *', '*/5 8-18 1,15 JAN-MAR mon-fri', '0 0 L * *', '0 0 1-7/2 * 1'])(
    '%s runs in Airflow',
    (cron) => {
      expect(fieldsOf({ cron_expression: cron })).toEqual([])
    },
  )
  test.each([
    '0 0 3 * * *',
    '0 3 15W * *',
    '0 3 * * 5#2',
    'H 3 * * *',
    '0 3 L-2 * *',
    '0 3 * * 5L',
    '@daily',
  ])('%s is of jobu alone', (cron) => {
    expect(fieldsOf({ cron_expression: cron })).toEqual(['cron_expression'])
  })

  test('names every part that only jobu can do', () => {
    expect(
      fieldsOf({
        cron_expression: null,
        day_match: 'and',
        overlap_policy: 'replace',
        tasks: [
          { key: 'a', handler_name: 'echo', params: { list: [{ deep: 'x {{ run.id }}' }] } },
          { key: 'b', approval: {} },
          { key: 'c', handler_name: 'echo', condition: 'true', for_each: [] },
          { key: 'd', operator: 'perl' },
        ],
      }),
    ).toEqual([
      'day_match',
      'overlap_policy',
      'tasks[0].params',
      'tasks[1].approval',
      'tasks[2].for_each',
      'tasks[2].condition',
      'tasks[3].operator',
    ])
  })

  test('knows what each operator takes', () => {
    const of = (operator: string, params: Record<string, unknown>) =>
      fieldsOf({ tasks: [{ key: 'a', operator, params }] })
    expect(of('bash', { command: 'echo {{ not jinja }}' })).toEqual([])
    expect(of('bash', { command: '', env: { A: 1 } })).toEqual([
      'tasks[0].params.command',
      'tasks[0].params.env.A',
    ])
    expect(of('python', {})).toEqual(['tasks[0].params.code'])
    expect(of('http', { url: 'file:///etc/passwd' })).toEqual(['tasks[0].params.url'])
    expect(of('http', { url: 'https://x.example.com', method: 'POST' })).toEqual([])
  })
})
