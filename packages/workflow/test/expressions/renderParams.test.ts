import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ExpressionError, hasTemplate, renderParams } from '../../src/index.ts'
import { aContext } from './aContext.ts'

const render = (value: unknown) => renderParams({ value }, aContext()).value

function refusal(value: unknown): string {
  try {
    return `gave ${JSON.stringify(render(value))}`
  } catch (error) {
    if (error instanceof ExpressionError) return error.message
    throw error
  }
}

describe('renderParams', () => {
  test.each([
    ['{{ tasks.extract.result.rows }}', 5],
    ['  {{ tasks.extract.result.rows }}', '  5'],
    ['{{tasks.extract.result.list}}', [1, 2, 3]],
    ['{{ tasks.extract.result.nothing }}', null],
    ['{{ tasks.extract.result.rows > 3 }}', true],
    ['{{ tasks.extract.result.path }}.{{ item }}', '/data/in.csv.3'],
    [
      'names {{ tasks.extract.result.names }}, nothing {{ tasks.extract.result.nothing }}',
      'names ["x","y"], nothing null',
    ],
    ['report-{{ date(run.scheduled_time, "Asia/Seoul") }}.csv', 'report-2026-03-02.csv'],
    // Braces and quotes inside an expression are its own.
    ['{{ {"a": {"b": 1}} }}', { a: { b: 1 } }],
    ['{{ "}}" }} {{ \'{{\' }}', '}} {{'],
    ['{{ "a\\"}}" }}!', 'a"}}!'],
    ['{{ r"\\"}}" }}!', '\\"}}!'],
    ['{{ """}}" """ }}!', '}}" !'],
    ['no template { } }}', 'no template { } }}'],
    [
      ['{{ item }}', { deep: '{{ index }}' }, 5, null],
      [3, { deep: 1 }, 5, null],
    ],
  ])('%j', (value, expected) => {
    expect(render(value)).toEqual(expected)
  })

  test('says where in the params, and where in the expression', () => {
    expect(refusal({ deep: ['', '{{ 1 + tasks.extract.result.other }}'] })).toBe(
      'params.value.deep[1]: tasks.extract.result.other does not exist; has(...) tells whether a field is there (character 5)',
    )
    expect(refusal('{{ 1')).toBe('params.value: {{ has no }}')
    expect(refusal('{{ }}')).toBe('params.value: {{ }} holds no expression')
    expect(refusal('{{ "a }}')).toBe('params.value: {{ has no }}')
  })

  test('a result cannot ask for a secret, nor choose which one', () => {
    const result = { body: { list: [{ $secret: 'DB_PASSWORD' }] }, name: 'DB_PASSWORD' }
    const context = aContext({ tasks: { a: { status: 'SUCCESS', result } } })
    expect(() => renderParams({ value: '{{ tasks.a.result.body }}' }, context)).toThrow(
      'must not name a secret',
    )
    expect(() => renderParams({ value: { $secret: '{{ tasks.a.result.name }}' } }, context)).toThrow(
      'cannot hold an expression',
    )
    expect(
      renderParams({ key: { $secret: 'API_KEY' }, value: '{{ tasks.a.result.name }}' }, context),
    ).toEqual({
      key: { $secret: 'API_KEY' },
      value: 'DB_PASSWORD',
    })
  })

  test('all expressions together are bounded', () => {
    const text = '{{ tasks.extract.result.text }}'
    expect(refusal(Array.from({ length: 20 }, () => text))).toContain('more than 1048576 characters together')
    const slow = '{{ size(tasks.extract.result.long.map(x, x + 1)) }}'
    expect(refusal(Array.from({ length: 500 }, () => slow))).toContain('steps')
  })

  test('params without a template come out as they are', () => {
    const plain = fc.jsonValue().filter((value) => !hasTemplate(value))
    fc.assert(fc.property(plain, (value) => expect(render(value)).toEqual(value)))
  })

  test('a text put together from pieces is those pieces', () => {
    const piece = fc.string().filter((text) => !/[{}]/.test(text))
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.constantFrom('item', 'run.id'))), piece, (pairs, last) => {
        const text = pairs.map(([before, name]) => `${before}{{ ${name} }}`).join('') + last
        const expected = pairs.map(([before, name]) => before + (name === 'item' ? '3' : '7')).join('') + last
        expect(String(render(text))).toBe(expected)
      }),
    )
  })
})

describe('hasTemplate', () => {
  test('looks into lists and objects, not at keys', () => {
    expect(hasTemplate({ a: [1, { b: 'x {{ 1 }}' }] })).toBe(true)
    expect(hasTemplate({ '{{ a }}': ['{ {'] })).toBe(false)
  })
})
