import fc from 'fast-check'
import type { Schema } from './operations.ts'

/** Texts that break programs which put text together. */
export const INJECTIONS = [
  "' OR '1'='1",
  "1'; DROP TABLE cron_jobs; --",
  '1; SELECT pg_sleep(10)',
  '$1',
  '{{7*7}}',
  ['$', '{jndi:ldap://127.0.0.1/x}'].join(''),
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '\r\nX-Injected: 1',
  '%s%n%x',
  '`id`',
  '\u202e\u0000',
  '\uFEFF',
]
/** Names that every object has. */
export const PROTOTYPE_KEYS = [
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  '__defineGetter__',
  '__lookupSetter__',
]

export const aText = fc.oneof(
  fc.constantFrom(...INJECTIONS),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
)

const HUGE = ['99999999999999999999', '9007199254740993', '1e400', '-1e400', '9'.repeat(400)]

/** Texts that are no value of a parameter, as they stand in a URL before they are escaped. */
export function wrongTexts(schema: Schema): readonly string[] {
  const { type, format, maxLength, minimum, maximum } = schema
  const words = schema.enum as string[] | undefined
  if (type === 'integer') {
    return [
      ...[
        'abc',
        '1.5',
        '1e3',
        '0x10',
        '\uff11',
        ' ',
        '',
        'NaN',
        'Infinity',
        'null',
        '[]',
        '1 2',
        '-',
        '+1',
        '1\0',
      ],
      ...(typeof minimum === 'number' ? [String(minimum - 1)] : []),
      ...(typeof maximum === 'number' && maximum < 1e15 ? [String(maximum + 1)] : []),
      ...HUGE,
      ...INJECTIONS,
    ]
  }
  if (type === 'boolean') return ['yes', 'TRUE ', '2', '', 'null', 'truefalse', '-1', ...INJECTIONS]
  if (format === 'date-time') {
    return [
      ...[
        'yesterday',
        '2026-13-01T00:00:00Z',
        '2026-02-30T00:00:00Z',
        '2026-01-01',
        '',
        '-1',
        '2026-01-01T00:00:00',
      ],
      ...[
        '2026-01-01T25:00:00Z',
        '2026-01-01T00:00:00+99:99',
        "2026-01-01T00:00:00Z'--",
        '2026-01-01T00:00:00Z\0',
      ],
      ...['0000-00-00T00:00:00Z', '99999-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', ...HUGE, ...INJECTIONS],
    ]
  }
  if (words) return ['x', '', `${words[0]}x`, `${words[0]}\0`, ...PROTOTYPE_KEYS, '__proto__', ...INJECTIONS]
  if (type === 'array')
    return wrongTexts((schema.items ?? {}) as Schema).filter((text) => !text.includes(','))
  return ['a\0', '\0', ...(typeof maxLength === 'number' ? ['x'.repeat(maxLength + 1)] : [])]
}

/** Values of JSON of every kind and size: some of them are wrong wherever they stand. */
export const SOME_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e15,
  -1e300,
  '',
  'x',
  '1',
  'x'.repeat(20_000),
  [],
  [[]],
  [null],
  Array.from({ length: 15_000 }, () => 0),
  {},
  { a: { b: {} } },
  { toString: null },
  { $secret: {} },
  { length: -1 },
  Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, index])),
  ...INJECTIONS.filter((text) => !text.includes('\0')),
]

/** Texts of JSON that nothing can take as it says them. */
export const UNSTORABLE: readonly string[] = [
  '"\\u0000"',
  '"\\ud800"',
  '["\\udc00"]',
  '{"\\u0000": 1}',
  '{"__proto__": {"role": "admin"}}',
  '{"a": {"__proto__": 1}}',
  '1e400',
  '-1e999',
  '12345678901234567890',
  `${'['.repeat(600)}${']'.repeat(600)}`,
  `${'{"a":'.repeat(600)}1${'}'.repeat(600)}`,
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
]

const bytes = (...parts: Array<string | number[]>) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

/** Bodies that are no JSON object in UTF-8. */
export const NO_OBJECTS: readonly Buffer[] = [
  ...[
    '{',
    '}',
    '[]',
    'null',
    '"x"',
    '5',
    'true',
    '{"a":1',
    '{a:1}',
    "{'a':1}",
    '{"a":1}{"b":2}',
    'NaN',
    '{"a":01}',
  ],
  ...[
    '{"a":1,}',
    '//x\n{}',
    '[{}]',
    '{"a":"\n"}',
    '{"a":\u0000}',
    '['.repeat(100_000),
    '{"a":'.repeat(20_000),
  ],
].map((text) => Buffer.from(text))

/** Objects whose text is not UTF-8. */
export const BROKEN_UTF8: readonly Buffer[] = [
  bytes('{"a":"', [0xff], '"}'),
  bytes('{"a":"', [0xc0, 0xaf], '"}'),
  bytes('{"a":"', [0xed, 0xa0, 0x80], '"}'),
  bytes('{"a":"', [0xe2, 0x82], '"}'),
  bytes([0xff, 0xfe], '{"a":1}'),
  Buffer.from('{"a":1}', 'utf16le'),
]
