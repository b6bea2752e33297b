import { expect, test } from '@jest/globals'
import { schemaRows } from '../src/pages/handlers/schemaRows.ts'

test('a param whose schema stands for itself within itself is told once', () => {
  const rows = schemaRows({
    $defs: {
      json: {
        anyOf: [
          { type: 'string' },
          { type: 'array', items: { $ref: '#/$defs/json' } },
          { type: 'object', additionalProperties: { $ref: '#/$defs/json' } },
        ],
      },
    },
    properties: {
      body: { $ref: '#/$defs/json' },
      bodies: { type: 'array', items: { $ref: '#/$defs/json' } },
    },
  })
  expect(rows.map(({ path, type }) => [path, type])).toEqual([
    ['body', 'string | any[] | object'],
    ['bodies', '(string | any[] | object)[]'],
  ])
})
